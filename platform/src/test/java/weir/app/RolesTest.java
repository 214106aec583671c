package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DatabaseSettings;
import weir.device.SqlEngine;
import weir.event.EventId;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaSettings;
import weir.series.StoreLimits;
import weir.series.sql.SqlStore;
import weir.testkit.GroupShares;
import weir.testkit.LedgerSender;
import weir.testkit.LedgerSenders;
import weir.testkit.Listener;
import weir.testkit.PlatformProcess;
import weir.testkit.PostgresServer;
import weir.testkit.WebhookReceiver;

/// One platform in three processes, on one Kafka broker and one PostgreSQL server.
class RolesTest {

  private static final int SENDERS = 4;
  private static final Duration PAUSE = Duration.ofMillis(10);

  @TempDir Path folder;

  @Test
  void losesNothingWhenWorkersJoinAndDieAndLeaveUnderLoad() throws Exception {
    PostgresServer.require();
    DatabaseSettings database = PostgresServer.shared().database();
    Set<String> acknowledged;
    try (EmbeddedBroker broker =
        new EmbeddedBroker(
            Files.createDirectory(folder.resolve("kafka")), KafkaSettings.defaults().withPort(0))) {
      Map<String, String> shared = shared(broker, database);
      try (WebhookReceiver receiver = new WebhookReceiver();
          GroupShares shares = new GroupShares(broker.bootstrapServers());
          PlatformProcess door = process("door", "gateway,view", shared);
          PlatformProcess one = process("one", "pipeline,series,subscriber", shared)) {
        subscribe(door, receiver);
        LedgerSenders senders =
            new LedgerSenders(SENDERS, i -> new LedgerSender("roles-" + i, door.mqttPort(), PAUSE));
        senders.awaitMore(1_000);
        try (PlatformProcess other = process("other", "pipeline,series,subscriber,view", shared)) {
          comeAndGo(senders, shares, one, other);
          acknowledged = senders.finish();
          assertThatOwnersAreServed(door);
          awaitBooks(door);
          Awaitility.await()
              .atMost(Duration.ofSeconds(60))
              .until(() -> door.get("/containers").body().contains("subscriber, view"));
          assertThatDevicesAreReachedFrom(other, door);
          assertThat(door.post("/api/audit", "").body()).contains("\"clean\":true");
          assertThat(door.get("/api/dead-letters/count").body()).contains("\"count\":0");
          assertThatAllOfTheFirstIsDelivered(receiver, acknowledged);
          other.stop();
        }
        door.stop();
      }
    }
    List<UUID> stored = storedIds(database);
    Set<UUID> distinct = new HashSet<>(stored);
    assertThat(stored).as("stored once").hasSize(distinct.size());
    assertThat(acknowledged).allMatch(id -> distinct.contains(new EventId(id).uuid()));
  }

  /// Two share the work once the second is there; one has all of it when the other was
  /// killed, comes back, and leaves in order.
  private static void comeAndGo(
      LedgerSenders senders, GroupShares shares, PlatformProcess one, PlatformProcess other)
      throws Exception {
    shares.await(2, 2);
    awaitWork(other);
    one.kill();
    shares.await(4);
    senders.awaitMore(1_000);
    one.start();
    shares.await(2, 2);
    awaitWork(one);
    one.stop();
    shares.await(4);
    senders.awaitMore(1_000);
  }

  private static void awaitWork(PlatformProcess worker) {
    for (String count : List.of("weir_decoded_total", "weir_stored_total")) {
      Awaitility.await(count)
          .atMost(Duration.ofSeconds(60))
          .until(() -> worker.get("/metrics").body().matches("(?s).*\n" + count + " [1-9].*"));
    }
  }

  /// The events of the first device are wanted.
  private static void subscribe(PlatformProcess door, WebhookReceiver receiver) throws Exception {
    String form = "{\"service_name\":\"first\",\"callback_url\":\"%s\"}".formatted(receiver.url());
    String service = serviceId(door.post("/register", form).body());
    String wanted =
        "{\"service_id\":\"%s\",\"filter\":{\"device_id\":\"roles-0\"}}".formatted(service);
    assertThat(door.post("/subscribe", wanted).statusCode()).isEqualTo(202);
    String active = "/api/subscriptions?status=active&service_id=" + service;
    Awaitility.await("the subscription")
        .atMost(Duration.ofSeconds(60))
        .until(() -> door.get(active).body().contains("\"id\""));
  }

  private static void assertThatAllOfTheFirstIsDelivered(
      WebhookReceiver receiver, Set<String> acknowledged) {
    List<String> wanted = acknowledged.stream().filter(id -> id.startsWith("roles-0-")).toList();
    assertThat(wanted).isNotEmpty();
    Awaitility.await("the webhooks")
        .atMost(Duration.ofSeconds(60))
        .until(() -> Set.copyOf(receiver.ids()).containsAll(wanted));
  }

  private static String serviceId(String registered) {
    return registered.replaceAll("(?s).*\"service_id\":\"([^\"]+)\".*", "$1");
  }

  /// By the process that shows deliveries, which makes none itself.
  private static void assertThatOwnersAreServed(PlatformProcess door) throws Exception {
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      String form =
          "{\"service_name\":\"service\",\"callback_url\":\"%s\"}".formatted(receiver.url());
      String registered = door.post("/register", form).body();
      String path = "/api/applications/" + serviceId(registered);
      assertThat(door.post(path + "/pause", "").body()).contains("\"state\":\"paused\"");
      assertThat(door.post(path + "/test", "").body()).contains("\"outcome\":\"delivered\"");
      assertThat(door.get(path + "/attempts").body()).contains("\"outcome\":\"delivered\"");
      assertThat(door.post(path + "/resume", "").body()).contains("\"state\":\"active\"");
      assertThat(receiver.received()).hasSize(1);
    }
  }

  /// One process shows who is there, and takes a command; the devices are at the door of
  /// another.
  private static void assertThatDevicesAreReachedFrom(PlatformProcess view, PlatformProcess door)
      throws Exception {
    assertThat(view.get("/api/simulation").statusCode()).isEqualTo(404);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> view.get("/api/devices/roles-0/presence").body().contains("\"last_heard\":\"2"));
    String topic = "iot/breaker-001/commands";
    try (Listener device = new Listener(door.mqttPort(), topic)) {
      String taken =
          view.post(
                  "/api/devices/breaker-001/commands", "{\"command\":\"ping\",\"wait_seconds\":0}")
              .body();
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !device.heard().isEmpty());
      String id = device.payload(topic).replaceAll("(?s).*\"command_id\":\"([^\"]+)\".*", "$1");
      assertThat(taken).contains(id);
      device.publish(
          topic + "/answers", "{\"command_id\":\"" + id + "\",\"status\":\"acknowledged\"}");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  view.get("/api/devices/breaker-001/commands/" + id)
                      .body()
                      .contains("\"acknowledged\""));
    }
  }

  private Map<String, String> shared(EmbeddedBroker broker, DatabaseSettings database) {
    return Map.of(
        "WEIR_KAFKA_BOOTSTRAP_SERVERS",
        broker.bootstrapServers(),
        "WEIR_REGISTRY_URL",
        database.url(),
        "WEIR_TIMESCALE_URL",
        database.url(),
        "WEIR_WEBHOOK_ALLOW_LOOPBACK",
        "true",
        "WEIR_WEBHOOK_KEY_FILE",
        folder.resolve("webhook.key").toString());
  }

  private PlatformProcess process(String name, String roles, Map<String, String> shared)
      throws IOException {
    Map<String, String> settings = new HashMap<>(shared);
    settings.put("WEIR_ROLES", roles);
    return new PlatformProcess(Files.createDirectory(folder.resolve(name)), settings);
  }

  private static void awaitBooks(PlatformProcess door) {
    Awaitility.await("the books to balance")
        .atMost(Duration.ofSeconds(90))
        .until(() -> door.get("/api/books").body().contains("\"waiting\":0},\"unread\":0"));
  }

  private static List<UUID> storedIds(DatabaseSettings database) {
    List<UUID> stored = new ArrayList<>();
    try (SqlStore store =
        new SqlStore(
            SqlEngine.postgres(database),
            StoreLimits.defaults(),
            InstantSource.system(),
            type -> Duration.ofDays(3_650))) {
      store.eachKey(key -> stored.add(key.id()));
    }
    return stored;
  }
}
