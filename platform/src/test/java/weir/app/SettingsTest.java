package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {

  record Station(Pump pump, Site site) {
    record Site(String town) {}
  }

  record Pump(int port, Duration pause, boolean quiet, List<String> names, String host) {
    Pump {
      if (port > 100) {
        throw new IllegalArgumentException("port must be at most 100");
      }
    }

    static Pump defaults() {
      return new Pump(1, Duration.ofSeconds(5), false, List.of(), "here");
    }
  }

  @TempDir Path folder;

  @Test
  void usesTheDefaultsWhenNothingIsGiven() {
    Settings settings = load(null, Map.of(), Map.of());

    assertThat(settings.bind("pump", Pump.defaults())).isEqualTo(Pump.defaults());
    assertThat(settings.errors()).isEmpty();
  }

  @Test
  void letsLaterSourcesWin() {
    String file = "pump: {port: 2, pause: 250ms, quiet: yes, names: [a, b]}";
    Settings settings =
        load(
            file,
            Map.of("WEIR_PUMP_PORT", "3", "WEIR_PUMP_HOST", "there"),
            Map.of("pump.port", "4"));

    assertThat(settings.bind("pump", Pump.defaults()))
        .isEqualTo(new Pump(4, Duration.ofMillis(250), true, List.of("a", "b"), "there"));
    assertThat(settings.errors()).isEmpty();
  }

  @Test
  void reportsEveryMistakeTogetherWithItsSource() {
    Settings settings =
        load("pump: {port: many, paus: 3}", Map.of("WEIR_PUMP_QUIET", "perhaps"), Map.of());

    settings.bind("pump", Pump.defaults());

    assertThat(settings.errors())
        .anySatisfy(e -> assertThat(e).contains("pump.port must be a whole number, got \"many\""))
        .anySatisfy(
            e -> assertThat(e).contains("WEIR_PUMP_QUIET: pump.quiet must be true or false"))
        .anySatisfy(
            e -> assertThat(e).contains("unknown setting pump.paus; did you mean pump.pause?"));
  }

  @Test
  void readsSizesWithTheirUnits() {
    Map<String, Long> sizes =
        Map.of("20GB", 20_000_000_000L, "512MiB", 536_870_912L, "10000000", 10_000_000L, "", 0L);

    sizes.forEach(
        (text, bytes) -> {
          Settings settings = load(null, Map.of("WEIR_DISK_BUDGET", text), Map.of());
          assertThat(settings.bind("disk", DiskSettings.defaults()).budget()).isEqualTo(bytes);
          assertThat(settings.errors()).isEmpty();
        });
    Settings wrong = load(null, Map.of("WEIR_DISK_BUDGET", "20 crates"), Map.of());
    assertThat(wrong.bind("disk", DiskSettings.defaults())).isEqualTo(DiskSettings.defaults());
    assertThat(wrong.errors()).singleElement().asString().contains("such as 500MB or 20GB");
  }

  @Test
  void reportsWhatTheRecordItselfRefuses() {
    Settings settings = load(null, Map.of(), Map.of("pump.port", "101"));

    settings.bind("pump", Pump.defaults());

    assertThat(settings.errors()).containsExactly("pump: port must be at most 100");
  }

  @Test
  void groupsHaveNoNamesOfTheirOwn() {
    Station standard = new Station(Pump.defaults(), new Station.Site("Ulm"));
    Settings settings =
        load("station: {port: 2, town: Bonn, prot: 3}", Map.of(), Map.of("station.pause", "soon"));

    Station bound = settings.bind("station", standard);

    assertThat(bound.pump().port()).isEqualTo(2);
    assertThat(bound.site().town()).isEqualTo("Bonn");
    assertThat(settings.errors())
        .anySatisfy(e -> assertThat(e).contains("station.pause must be a duration"))
        .anySatisfy(e -> assertThat(e).contains("station.prot; did you mean station.port?"))
        .hasSize(2);
  }

  @Test
  void understandsTheNamesOfTheField() {
    Settings settings = load(null, Map.of("BATCH_SIZE", "77"), Map.of());

    assertThat(settings.text("series.batch-size")).contains("77");
  }

  @Test
  void suggestsTheVariableThatWasMeant() {
    Settings settings = load(null, Map.of("WEIR_PUMP_PROT", "7"), Map.of());

    settings.bind("pump", Pump.defaults());

    assertThat(settings.errors())
        .containsExactly(
            "environment: unknown variable WEIR_PUMP_PROT; did you mean WEIR_PUMP_PORT?");
  }

  private Settings load(
      @Nullable String yaml, Map<String, String> environment, Map<String, String> flags) {
    if (yaml == null) {
      return Settings.load(null, environment, flags);
    }
    try {
      Path file = Files.writeString(folder.resolve("weir.yaml"), yaml);
      return Settings.load(file, environment, flags);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
