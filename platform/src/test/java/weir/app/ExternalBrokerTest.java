package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.event.EventId;
import weir.testkit.LedgerSender;
import weir.testkit.LedgerSenders;
import weir.testkit.Listener;
import weir.testkit.Mosquitto;
import weir.testkit.PlatformProcess;

/// The platform behind a broker that is not ours; skipped where Mosquitto is not installed.
@EnabledIf("weir.testkit.Mosquitto#isInstalled")
class ExternalBrokerTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int SENDERS = 3;
  private static final int KILLS = 5;
  private static final Pattern ACCEPTED =
      Pattern.compile("\"family\":\"total\",\"accepted\":(\\d+)");

  private static final Pattern RECEIVED =
      Pattern.compile("(?m)^weir_broker_received_total(?:\\{.*})? (\\S+)$");

  /// Mosquitto acknowledges from memory, faster than any log can take it in.
  private static final Duration PAUSE = Duration.ofMillis(3);

  @TempDir Path folder;

  private Mosquitto broker() throws IOException {
    return new Mosquitto(Files.createDirectories(folder.resolve("mosquitto")));
  }

  @Test
  void publishesChangesAndCommandsAtTheBrokerAndHearsAnswers() throws Exception {
    try (Mosquitto broker = broker();
        Listener device = new Listener(broker.port(), "energy/#", "iot/#");
        TestPlatform platform =
            new TestPlatform(
                folder.resolve("data"),
                Map.of(
                    "broker.host",
                    "127.0.0.1",
                    "broker.port",
                    Integer.toString(broker.port()),
                    "lifecycle.grace",
                    "0s"))) {
      platform.post("/api/devices", "{\"id\":\"hall-1\",\"name\":\"Hall\",\"type\":\"hvac\"}");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> device.topics().contains("energy/events/devices/hall-1/device.created"));

      device.publish("energy/devices/hall-1/data", "{\"device_id\":\"hall-1\",\"power\":3}");
      Awaitility.await().atMost(SOON).until(() -> device.topics().contains("iot/hall-1/status"));
      Awaitility.await()
          .atMost(SOON)
          .until(() -> platform.get("/api/devices/hall-1/latest").body().contains("\"power\""));

      String sent =
          platform
              .post(
                  "/api/devices/hall-1/commands",
                  "{\"command\":\"set_enabled\",\"parameters\":{\"enabled\":true},\"wait_seconds\":0}")
              .body();
      String id = sent.replaceAll("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> device.topics().contains("energy/devices/hall-1/commands"));
      device.publish(
          "energy/devices/hall-1/commands/answers",
          "{\"command_id\":\"%s\",\"status\":\"ok\"}".formatted(id));
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  platform
                      .get("/api/devices/hall-1/commands/" + id)
                      .body()
                      .contains("acknowledged"));
      assertThat(platform.get("/api/books").body()).contains("\"set_aside\":0");
    }
  }

  @Test
  void tellsAllChangesInOrderAfterTheBrokerWasAway() throws Exception {
    takeTheBrokerAway(Duration.ofSeconds(2), 200);
  }

  @Test
  @Tag("long")
  void tellsAllChangesInOrderAfterTheBrokerWasAwayForAMinute() throws Exception {
    takeTheBrokerAway(Duration.ofSeconds(60), 12_000);
  }

  /// Those of one device come in order, and all of the others. Mosquitto saves each one on
  /// its own, so that many take their time.
  ///
  /// @param devices more than 10,000 are more than may wait for the broker in memory
  private void takeTheBrokerAway(Duration time, int devices) throws Exception {
    try (Mosquitto broker = broker();
        Listener listener = Listener.remembered(broker.port(), "energy/events/#");
        TestPlatform platform =
            new TestPlatform(
                folder.resolve("data"),
                Map.of("broker.host", "127.0.0.1:" + broker.port(), "lifecycle.grace", "0s"))) {
      platform.post("/api/devices", "{\"id\":\"first\",\"type\":\"meter\"}");
      Awaitility.await().atMost(SOON).until(() -> !listener.topicsOf("first").isEmpty());
      broker.stop();
      Instant end = Instant.now().plus(time);
      platform.post("/api/devices", "{\"id\":\"turn\",\"type\":\"meter\"}");
      platform.send("PATCH", "/api/devices/turn", "{\"name\":\"Turned\"}");
      platform.send("DELETE", "/api/devices/turn", "");
      platform.send("POST", "/api/devices/import", "application/x-ndjson", rows(devices));
      Awaitility.await().atMost(time.plus(SOON)).until(() -> Instant.now().isAfter(end));
      broker.start();

      Awaitility.await()
          .atMost(SOON.plusMillis(20L * devices))
          .until(
              () ->
                  listener.topics().stream()
                          .filter(topic -> topic.contains("/bulk-"))
                          .distinct()
                          .count()
                      == devices);
      String topic = "energy/events/devices/turn/device.";
      assertThat(listener.topicsOf("turn").stream().distinct())
          .containsExactly(topic + "created", topic + "updated", topic + "deleted");
    }
  }

  private static String rows(int count) {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < count; i++) {
      rows.append("{\"id\":\"bulk-").append(i).append("\",\"type\":\"meter\"}\n");
    }
    return rows.toString();
  }

  @Test
  @Tag("long")
  void losesNothingWhenThePlatformIsKilledAndTheBrokerStartedAgain() throws Exception {
    killAndCheck(1);
  }

  @Test
  @Tag("long")
  void losesNothingInTenKills() throws Exception {
    killAndCheck(10);
  }

  /// The broker is stopped in order: Mosquitto acknowledges before it writes to disk, so
  /// what it has not passed on dies with it.
  private void killAndCheck(int kills) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<String> acknowledged;
    List<UUID> stored;
    try (Mosquitto broker = broker();
        PlatformProcess platform =
            new PlatformProcess(folder, Map.of("WEIR_BROKER_HOST", "127.0.0.1:" + broker.port()))) {
      LedgerSenders senders =
          new LedgerSenders(SENDERS, i -> new LedgerSender("broker-" + i, broker.port(), PAUSE));
      for (int kill = 0; kill < kills; kill++) {
        awaitAccepted(platform, senders.acknowledged() + random.nextInt(1_000));
        broker.stop();
        broker.start();
        senders.awaitMore(1 + random.nextInt(1_000));
        platform.kill();
        platform.start();
      }
      senders.awaitMore(500);
      acknowledged = senders.finish();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .pollDelay(Duration.ofSeconds(1))
          .until(() -> platform.get("/api/books").body().contains("\"waiting\":0},\"unread\":0"));
      assertThat(platform.post("/api/audit", "").body())
          .as("seed %d", seed)
          .contains("\"clean\":true");
      assertThat(platform.get("/api/dead-letters/count").body()).contains("\"count\":0");
      platform.stop();
      stored = platform.storedIds();
    }
    Set<UUID> distinct = new HashSet<>(stored);
    assertThat(stored).as("seed %d: stored once", seed).hasSize(distinct.size());
    acknowledged.removeIf(id -> distinct.contains(new EventId(id).uuid()));
    assertThat(acknowledged).as("seed %d: acknowledged and not stored", seed).isEmpty();
  }

  /// What Mosquitto acknowledged and had not saved dies with it; what it handed over must
  /// not.
  @Test
  @Tag("long")
  void keepsAllThatMosquittoHandedOverBeforeItWasKilled() throws Exception {
    try (Mosquitto broker = broker();
        TestPlatform platform =
            new TestPlatform(
                folder.resolve("data"), Map.of("broker.host", "127.0.0.1:" + broker.port()))) {
      LedgerSenders senders =
          new LedgerSenders(SENDERS, i -> new LedgerSender("broker-" + i, broker.port(), PAUSE));
      for (int kill = 0; kill < KILLS; kill++) {
        senders.awaitMore(1_000);
        broker.kill();
        broker.start();
      }
      senders.awaitMore(1_000);
      Set<String> acknowledged = senders.finish();
      platform.awaitCleanAudit();
      assertThat(accepted(platform.get("/api/books").body())).isEqualTo(received(platform));
      for (int i = 0; i < SENDERS; i++) {
        acknowledged.removeAll(platform.storedIds("broker-" + i));
      }
      System.out.printf("lost by Mosquitto in %d kills: %d%n", KILLS, acknowledged.size());
      assertThat(acknowledged).hasSizeLessThan(KILLS * SENDERS * 16);
    }
  }

  /// Messages that came from the broker, those that came again included.
  private static long received(TestPlatform platform) {
    Matcher metric = RECEIVED.matcher(platform.get("/metrics").body());
    assertThat(metric.find()).isTrue();
    return (long) Double.parseDouble(metric.group(1));
  }

  private static long accepted(String sheet) {
    Matcher books = ACCEPTED.matcher(sheet);
    return books.find() ? Long.parseLong(books.group(1)) : -1;
  }

  private static void awaitAccepted(PlatformProcess platform, long count) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> accepted(platform.get("/api/books").body()) >= count);
  }
}
