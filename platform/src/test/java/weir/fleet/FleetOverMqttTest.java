package weir.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Mosquitto;

/// The fleet against a broker that is not ours; skipped where Mosquitto is not installed.
@EnabledIf("isInstalled")
class FleetOverMqttTest {

  private static final Instant START = Instant.parse("2026-03-02T06:00:00Z");

  @TempDir Path folder;
  private Mosquitto broker;

  static boolean isInstalled() {
    return Mosquitto.isInstalled();
  }

  @BeforeEach
  void startBroker() throws Exception {
    broker = new Mosquitto(folder);
  }

  @AfterEach
  void stopBroker() {
    broker.close();
  }

  private FleetSettings settings(Tempo tempo) {
    return new FleetSettings(
        Mix.demo().withHttpSensors(0),
        tempo,
        FaultRates.none(),
        Target.local(broker.port(), 1, Optional.empty()),
        ZoneId.of("UTC"),
        Duration.ofSeconds(10));
  }

  @Test
  void hasEverythingAcknowledgedInABackfill() throws Exception {
    Fleet fleet = new Fleet(settings(Tempo.backfill(3, START, Duration.ofMinutes(30))));
    fleet.start();
    assertThat(fleet.await(Duration.ofSeconds(30))).isTrue();

    Grade grade = fleet.stop();

    assertThat(grade.total().sent()).isGreaterThan(10_000);
    assertThat(grade.total().acknowledged()).isEqualTo(grade.total().sent());
    assertThat(grade.total().refused()).isZero();
    assertThat(grade.checked()).isFalse();
    fleet.close();
    assertThat(grade.publishToAckMillisP50()).isPositive();
  }

  @Test
  void sendsAgainWhatAKilledBrokerDidNotAcknowledge() throws Exception {
    Fleet fleet = new Fleet(settings(Tempo.compressed(3, START, Duration.ofMinutes(60), 600)));
    fleet.start();
    await().until(() -> fleet.status().acknowledged() > 2_000);
    broker.kill();
    long before = fleet.status().acknowledged();
    await().until(() -> fleet.status().outstanding() > 500);
    broker.start();
    await().until(() -> fleet.status().acknowledged() > before + 2_000);
    assertThat(fleet.await(Duration.ofSeconds(30))).isTrue();

    Grade grade = fleet.stop();

    assertThat(grade.total().discarded()).isZero();
    assertThat(grade.total().acknowledged()).isEqualTo(grade.total().sent());
  }

  @Test
  void comesBackAfterStormsAndDropOuts() throws Exception {
    FaultRates stormy = new FaultRates(30, 0.02, 0.01, 0.01, 0.02, 0.2, Duration.ofMinutes(1), 60);
    Fleet fleet =
        new Fleet(settings(Tempo.compressed(3, START, Duration.ofMinutes(20), 300)).with(stormy));
    fleet.start();
    assertThat(fleet.await(Duration.ofSeconds(30))).isTrue();

    Grade grade = fleet.stop();

    assertThat(grade.faults().storms()).isPositive();
    assertThat(grade.faults().dropOuts()).isPositive();
    assertThat(grade.total().acknowledged()).isEqualTo(grade.total().sent());
    assertThat(grade.total().asideExpected()).isEqualTo(grade.faults().malformed());
  }
}
