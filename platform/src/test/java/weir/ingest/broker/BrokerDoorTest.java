package weir.ingest.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceId;
import weir.event.HeaderNames;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.IntakeSettings;
import weir.ingest.TopicOwners;
import weir.log.LogRecord;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.testkit.Listener;
import weir.testkit.LogRecords;
import weir.testkit.MemoryLog;
import weir.testkit.Mosquitto;
import weir.trace.Traces;

/// The door at a broker that is not ours; skipped where Mosquitto is not installed.
@EnabledIf("weir.testkit.Mosquitto#isInstalled")
class BrokerDoorTest {

  private static final Duration SOON = Duration.ofSeconds(15);
  private static final Topic RAW = new Topic("iot.raw");
  private static final String TOPIC = "iot/d1/raw";

  private static final class Owners implements TopicOwners {
    @Override
    public @Nullable DeviceId ownerOf(String topic) {
      String[] levels = topic.split("/", -1);
      return levels.length > 1 ? new DeviceId(levels[1]) : null;
    }

    @Override
    public boolean isCommand(String topic) {
      return topic.contains("/commands");
    }

    @Override
    public @Nullable DeviceId ownerOfFilter(String filter) {
      return null;
    }
  }

  @TempDir Path folder;
  private final MemoryLog log = new MemoryLog();
  private final ConcurrentLinkedQueue<String> passed = new ConcurrentLinkedQueue<>();
  private Mosquitto broker;
  private BrokerDoor door;
  private Listener device;

  @BeforeEach
  void open() throws Exception {
    log.create(List.of(new TopicSpec(RAW, 4, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
    broker = new Mosquitto(folder);
    door = start(broker);
    await().atMost(SOON).until(() -> door.trouble().isEmpty());
    device = new Listener(broker.port());
  }

  private BrokerDoor start(Mosquitto broker) {
    BrokerSettings standard = BrokerSettings.defaults();
    BrokerSettings settings =
        new BrokerSettings(
            "127.0.0.1:" + broker.port(),
            standard.port(),
            false,
            "",
            "",
            "",
            List.of(),
            "weir",
            standard.receiveMax(),
            standard.sessionExpiry(),
            standard.keepAlive(),
            Duration.ofMillis(500));
    Intake intake =
        new Intake(
            log,
            RAW,
            IntakeSettings.defaults(),
            DeviceQuota.unlimited(),
            message -> {},
            Traces.off());
    List<String> filters = List.of("iot/+/raw", "iot/+/commands/#");
    BrokerDoor opened =
        new BrokerDoor(
            settings, "weir-test", filters, intake, new Owners(), InstantSource.system());
    opened.listen((owner, topic, payload) -> passed.add(owner + " " + topic));
    opened.start();
    return opened;
  }

  @AfterEach
  void close() {
    device.close();
    door.close();
    log.close();
    broker.close();
  }

  private List<String> payloads() {
    return log.records(RAW).stream().map(one -> new String(LogRecords.value(one), UTF_8)).toList();
  }

  @Test
  void bringsWhatADeviceSaysIntoTheLog() {
    device.publish(TOPIC, "hello");

    await().atMost(SOON).until(() -> log.records(RAW).size() == 1);
    LogRecord record = log.records(RAW).getFirst();
    assertThat(record.key()).isEqualTo("d1");
    assertThat(record.value()).isEqualTo("hello".getBytes(UTF_8));
    assertThat(record.headers().text(HeaderNames.PATH)).contains(TOPIC);
    assertThat(record.headers().text(HeaderNames.DOOR)).contains("mqtt");
    assertThat(record.headers().text(HeaderNames.QOS)).contains("1");
  }

  @Test
  void leavesCommandsAndWhatThePlatformSaysOutOfTheLog() {
    door.publish(TOPIC, "ours".getBytes(UTF_8), false).join();
    device.publish("iot/d1/commands/answers", "done");
    device.publish(TOPIC, "last");

    await().atMost(SOON).until(() -> !log.records(RAW).isEmpty());
    assertThat(payloads()).containsExactly("last");
    assertThat(passed).containsExactly("d1 iot/d1/commands/answers");
    assertThat(door.echoCount()).isOne();
  }

  @Test
  void acknowledgesOnlyWhatTheLogHas() {
    log.hold();
    device.publish(TOPIC, "first");
    await().atMost(SOON).until(() -> log.heldCount() == 1);

    // The process dies before the append is durable; the next one gets the message again.
    door.close();
    log.failAppends();
    log.release();
    log.mendAppends();
    door = start(broker);

    await().atMost(SOON).until(() -> !log.records(RAW).isEmpty());
    assertThat(payloads()).containsExactly("first");
  }

  @Test
  void keepsMessagesInOrderUntilTheLogTakesThem() {
    log.failAppends();
    for (int i = 0; i < 40; i++) {
      device.publish(TOPIC, "message " + i);
    }
    await().atMost(SOON).until(() -> door.receivedCount() == 40);
    assertThat(log.records(RAW)).isEmpty();

    log.mendAppends();

    await().atMost(SOON).until(() -> log.records(RAW).size() == 40);
    for (int i = 0; i < 40; i++) {
      assertThat(payloads().get(i)).isEqualTo("message " + i);
    }
  }

  @Test
  void comesBackToABrokerThatWasAway() throws Exception {
    broker.kill();
    await().atMost(SOON).until(() -> door.trouble().isPresent());
    var waiting = door.publish("iot/d1/commands", "later".getBytes(UTF_8), true);
    assertThat(waiting).isNotDone();

    broker.start();

    assertThat(waiting).succeedsWithin(SOON);
    await().atMost(SOON).until(() -> door.trouble().isEmpty());
    device.publish(TOPIC, "after");
    await().atMost(SOON).until(() -> payloads().contains("after"));
  }

  @Test
  void saysThatTheBrokerDoesNotGrantOneOfItsSubscriptions() throws Exception {
    String filter = "$share/weir/iot/+/commands/#";
    try (Mosquitto strict = Mosquitto.refusing(folder.resolve("strict"), filter);
        BrokerDoor refused = start(strict)) {
      await().atMost(SOON).until(() -> refused.trouble().orElse("").contains("does not grant"));
    }
  }

  @Test
  void saysThatItIsFullWhenTooMuchWaitsForTheBroker() throws Exception {
    broker.kill();
    await().atMost(SOON).until(() -> door.trouble().isPresent());
    for (int i = 0; i < 10_000; i++) {
      assertThat(door.hasRoom()).isTrue();
      assertThat(door.publish("iot/d1/commands", new byte[] {'x'}, false)).isNotDone();
    }
    assertThat(door.hasRoom()).isFalse();
    assertThat(door.publish("iot/d1/commands", new byte[] {'x'}, false)).isCompletedExceptionally();

    broker.start();

    await().atMost(SOON).until(() -> door.hasRoom());
    device.publish("elsewhere", "the listener is back, too");
  }

  @Test
  void getsWhatWasSaidWhileItWasAway() {
    door.close();
    for (int i = 0; i < 100; i++) {
      device.publish(TOPIC, "message " + i);
    }

    door = start(broker);

    await().atMost(SOON).until(() -> log.records(RAW).size() == 100);
    assertThat(payloads()).doesNotHaveDuplicates();
  }
}
