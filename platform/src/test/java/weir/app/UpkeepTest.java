package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weir.series.EventSamples.NOON;
import static weir.series.EventSamples.temperature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.series.StoreLimits;
import weir.series.questdb.QuestDbSettings;
import weir.series.questdb.QuestDbStore;

class UpkeepTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void goesOnAfterFailuresAndTellsOfThemMeanwhile() throws IOException {
    InstantSource clock = InstantSource.fixed(NOON);
    try (QuestDbStore store =
        new QuestDbStore(
            QuestDbSettings.in(folder),
            StoreLimits.defaults(),
            clock,
            type -> Duration.ofDays(30))) {
      store.write(List.of(temperature("e-1", "a", NOON.minus(Duration.ofHours(5)), 1)));
      Path hours = folder.resolve("dirty-hours.txt");
      Files.delete(hours);
      Files.createDirectory(hours);

      InstantSource later = () -> NOON.plus(Duration.ofHours(1));
      try (Upkeep upkeep = new Upkeep(store, later, Duration.ofMillis(5))) {
        await().atMost(SOON).until(() -> upkeep.trouble().isPresent());
        assertThat(upkeep.trouble().orElseThrow()).contains("upkeep", "dirty-hours.txt");

        Files.delete(hours);
        await().atMost(SOON).until(() -> upkeep.trouble().isEmpty());
      }
      assertThat(hours).content().contains("-");
    }
  }
}
