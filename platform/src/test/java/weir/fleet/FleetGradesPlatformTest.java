package weir.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.event.Event;
import weir.ingest.DeviceQuota;

/// The fleet speaks to the platform's own doors, and its pipeline must understand every message.
class FleetGradesPlatformTest {

  private static final Instant START = Instant.parse("2026-03-02T06:00:00Z");
  private static final Mix EVERYTHING = new Mix(10, 6, 6, 12, 9, 2, 3, true);

  @TempDir Path folder;

  private static FleetSettings settings(LogPlatform platform, Duration period) {
    return new FleetSettings(
        EVERYTHING,
        Tempo.backfill(5, START, period),
        FaultRates.none(),
        platform.target(),
        ZoneId.of("UTC"),
        Duration.ofSeconds(20));
  }

  private static Grade run(FleetSettings settings) throws InterruptedException {
    Fleet fleet = new Fleet(settings);
    fleet.start();
    assertThat(fleet.await(Duration.ofSeconds(60))).isTrue();
    return fleet.stop();
  }

  @Test
  void everyMessageOfEveryFamilyIsUnderstood() throws Exception {
    try (LogPlatform platform = new LogPlatform(folder, DeviceQuota.unlimited())) {
      Grade grade = run(settings(platform, Duration.ofMinutes(6)));

      assertThat(grade.passed()).as(grade.toText()).isTrue();
      assertThat(grade.families())
          .extracting(Grade.Line::family)
          .containsExactly("appliance", "energy", "cloud", "f2", "http");
      assertThat(grade.total().acknowledged()).isEqualTo(grade.total().sent());
      assertThat(grade.total().asideExpected()).isPositive();
      assertThat(grade.total().asideFound()).isEqualTo(grade.total().asideExpected());
      assertThat(grade.total().stored() + grade.total().asideFound())
          .isEqualTo(grade.total().sent());
    }
  }

  @Test
  void aSoundPlatformPassesARoughRun() throws Exception {
    try (LogPlatform platform = new LogPlatform(folder, DeviceQuota.unlimited())) {
      platform.stores(FleetGradesPlatformTest::once);
      FaultRates rough = new FaultRates(20, 0.05, 0.01, 0.01, 0.02, 0.2, Duration.ofMinutes(2), 60);

      Grade grade = run(settings(platform, Duration.ofMinutes(5)).with(rough));

      assertThat(grade.passed()).as(grade.toText()).isTrue();
      assertThat(grade.faults().duplicates()).isPositive();
      assertThat(grade.faults().storms()).isPositive();
      assertThat(grade.faults().malformedRefused()).isPositive();
      assertThat(grade.total().asideExpected())
          .isGreaterThan(grade.faults().malformed() - grade.faults().malformedRefused());
    }
  }

  @Test
  void waitsWhenADeviceIsOverItsShareAndLosesNothing() throws Exception {
    try (LogPlatform platform =
        new LogPlatform(folder, new DeviceQuota(50, 100, System::nanoTime))) {
      platform.stores(FleetGradesPlatformTest::once);

      Grade grade = run(settings(platform, Duration.ofMinutes(5)));

      assertThat(grade.passed()).as(grade.toText()).isTrue();
    }
  }

  @Test
  void findsWhatAStoreLostAndWhatItKeptTwice() throws Exception {
    try (LogPlatform platform = new LogPlatform(folder, DeviceQuota.unlimited())) {
      platform.stores(
          events -> {
            List<Event> damaged = new ArrayList<>(once(events));
            for (int i = 0; i < 3 && damaged.size() > 100; i++) {
              damaged.remove(10 * i + 7);
            }
            damaged.addAll(damaged.subList(0, Math.min(5, damaged.size())));
            return damaged;
          });
      FleetSettings settings = settings(platform, Duration.ofMinutes(2));
      FleetSettings hasty =
          new FleetSettings(
              settings.mix(),
              settings.tempo(),
              settings.faults(),
              settings.target(),
              settings.zone(),
              Duration.ofSeconds(3));

      Grade grade = run(hasty);

      assertThat(grade.passed()).isFalse();
      assertThat(grade.total().lost()).isEqualTo(3);
      assertThat(grade.total().duplicated()).isEqualTo(5);
      assertThat(grade.examples())
          .hasSize(3)
          .allMatch(example -> example.endsWith("acknowledged, but neither stored nor set aside"));
      assertThat(grade.toText()).contains("FAILED");
      assertThat(grade.toJson()).contains("\"lost\" : 3").contains("\"duplicated\" : 5");
    }
  }

  /// What a store keeps that knows events by their id.
  private static List<Event> once(List<Event> events) {
    LinkedHashMap<String, Event> kept = new LinkedHashMap<>();
    events.forEach(event -> kept.putIfAbsent(event.id().value(), event));
    return List.copyOf(kept.values());
  }
}
