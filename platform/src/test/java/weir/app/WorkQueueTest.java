package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.IntakeSettings;
import weir.ingest.queue.QueueDoor;
import weir.ingest.queue.WorkQueue;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.log.rabbitmq.RabbitSettings;
import weir.testkit.MemoryLog;
import weir.testkit.RabbitServer;
import weir.trace.Traces;

/// The work queues beside the log, used by somebody who knows nothing of Weir but their
/// names; skipped where RabbitMQ is not installed.
@EnabledIf("weir.testkit.RabbitServer#isInstalled")
class WorkQueueTest {

  @TempDir Path folder;
  private RabbitServer rabbit;
  private Connection connection;
  private Channel channel;

  @BeforeEach
  void open() throws Exception {
    rabbit = new RabbitServer(folder.resolve("rabbit"));
    ConnectionFactory factory = new ConnectionFactory();
    factory.setPort(rabbit.port());
    connection = factory.newConnection();
    channel = connection.createChannel();
  }

  @AfterEach
  void close() throws IOException {
    connection.close();
    rabbit.close();
  }

  @Test
  void retriesWhatFailsAndGivesUpAfterTheLastTry() throws Exception {
    try (TestPlatform weir = platform(Map.of("MAX_RETRIES", "2", "RETRY_DELAY_MS", "3000"))) {
      assertThat(register(weir, "known")).isEqualTo(201);
      send("iot.events", "known", "known-1");
      send("iot.events", "never", "never-1");
      channel.basicPublish("", "iot.events", null, "no event".getBytes(StandardCharsets.UTF_8));
      await("the event", () -> weir.storedIds("known").contains("known-1"));
      assertThat(dead().getProps().getHeaders().get("x-last-error"))
          .asString()
          .startsWith("UNREAD");
      assertThat(rabbit.queues())
          .contains("\"iot.events\"", "\"iot.events.retry\"", "\"iot.events.dlq\"");

      post(weir, "late", "late-1");
      await("a failed event", () -> channel.messageCount("iot.events.retry") > 0);
      assertThat(register(weir, "late")).isEqualTo(201);
      await("the retried event", () -> weir.storedIds("late").contains("late-1"));

      GetResponse never = dead();
      assertThat(never.getProps().getMessageId()).isEqualTo("never-1");
      assertThat(never.getProps().getHeaders()).containsEntry("x-retry-count", 2);
      assertThat(weir.get("/api/books").body()).contains("\"accepted\":4,\"stored\":2");
      weir.awaitCleanAudit();
    }
  }

  @Test
  void takesAnotherDelayAndQueuesThatOthersDeclared() throws Exception {
    String queue = "other.events";
    var _ =
        channel.queueDeclare(
            queue + ".retry",
            true,
            false,
            false,
            Map.of(
                "x-message-ttl",
                60_000,
                "x-dead-letter-exchange",
                "",
                "x-dead-letter-routing-key",
                queue));
    for (String delay : new String[] {"500", "200"}) {
      Map<String, String> settings =
          Map.of("RABBITMQ_QUEUE", queue, "MAX_RETRIES", "1", "RETRY_DELAY_MS", delay);
      try (TestPlatform weir = platform(settings)) {
        post(weir, "never", "never-" + delay);
        await("the end", () -> channel.messageCount(queue + ".dlq") == 1);
        assertThat(channel.basicGet(queue + ".dlq", true).getProps().getMessageId())
            .isEqualTo("never-" + delay);
        weir.awaitCleanAudit();
      }
    }
  }

  @Test
  void takesAgainWhatTheLogDidNotTake() throws Exception {
    Topic raw = new Topic("iot.raw");
    List<String> again = new CopyOnWriteArrayList<>();
    AtomicBoolean failed = new AtomicBoolean();
    try (MemoryLog log = new MemoryLog();
        QueueDoor door =
            new QueueDoor(
                new WorkQueue(RabbitSettings.defaults().at("127.0.0.1", rabbit.port())),
                intake(log, raw),
                message -> message.id().startsWith("returned"),
                returned -> {
                  if (!failed.getAndSet(true)) {
                    throw new IllegalStateException("the registry is away");
                  }
                  returned.forEach(one -> again.add(one.id()));
                },
                InstantSource.system())) {
      log.create(List.of(new TopicSpec(raw, 1, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
      door.turn();
      send("iot.events", "known", "fresh-1");
      send("iot.events", "known", "returned-1");
      send("iot.events", "known", "fresh-2");
      await("a failure", () -> turnFails(door));
      await(
          "what failed and what came with it",
          () -> !turnFails(door) && again.size() == 1 && log.records(raw).size() >= 2);
      assertThat(again).containsExactly("returned-1");
      assertThat(channel.messageCount("iot.events")).isZero();
    }
  }

  private static boolean turnFails(QueueDoor door) {
    try {
      door.turn();
      return false;
    } catch (IllegalStateException away) {
      return true;
    }
  }

  private static Intake intake(MemoryLog log, Topic raw) {
    return new Intake(
        log, raw, IntakeSettings.defaults(), DeviceQuota.unlimited(), message -> {}, Traces.off());
  }

  private TestPlatform platform(Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>(rabbit.asLog());
    settings.put("pipeline.unknown-devices", "set-aside");
    return new TestPlatform(folder.resolve("data"), environment, settings);
  }

  private static int register(TestPlatform weir, String device) {
    return weir.post(
            "/api/devices",
            "{\"id\":\"%s\",\"name\":\"x\",\"type\":\"http_sensor\"}".formatted(device))
        .statusCode();
  }

  private void send(String queue, String device, String id) throws IOException {
    BasicProperties persistent =
        new BasicProperties.Builder().deliveryMode(2).messageId(id).build();
    channel.basicPublish("", queue, persistent, event(device, id).getBytes(StandardCharsets.UTF_8));
  }

  private static void post(TestPlatform weir, String device, String id) {
    assertThat(weir.post("/ingest", event(device, id)).statusCode()).isEqualTo(202);
  }

  private static String event(String device, String id) {
    return """
    {"event_id":"%s","device_id":"%s","temperature":24.5,"humidity":60.2,"timestamp":"%s"}
    """
        .formatted(id, device, Instant.now());
  }

  /// The next event that was given up.
  private GetResponse dead() {
    return Awaitility.await("an event that was given up")
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> channel.basicGet("iot.events.dlq", true), found -> found != null);
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what).atMost(Duration.ofSeconds(30)).until(condition);
  }
}
