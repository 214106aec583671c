package weir.log.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.log.Entry;
import weir.log.EventLog.Committed;
import weir.log.EventLog.OffsetRange;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Patience;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.testkit.Tool;

class EmbeddedBrokerTest {

  private static final KafkaSettings SETTINGS = KafkaSettings.defaults().withPort(0);
  private static final Topic TOPIC = new Topic("iot.raw");
  private static final Partition FIRST = new Partition(TOPIC, 0);

  private static final int MEBIBYTE = 1024 * 1024;

  @TempDir private Path folder;

  @Test
  void keepsRecordsAndPositionsOverARestart() {
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, SETTINGS);
        KafkaLog log = new KafkaLog(broker, SETTINGS, Patience.PROMPT)) {
      create(log);
      log.append(entry("kept".getBytes(UTF_8))).join();
      try (var member = log.join("group", Set.of(TOPIC))) {
        while (member.poll(Duration.ofMillis(100)).isEmpty()) {}
        member.commit(Map.of(FIRST, new Committed(1, "stored=1")));
      }
    }
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, SETTINGS);
        KafkaLog log = new KafkaLog(broker, SETTINGS, Patience.PROMPT)) {
      create(log);
      assertThat(log.ranges(Set.of(TOPIC))).containsEntry(FIRST, new OffsetRange(0, 1));
      assertThat(log.committed("group")).containsEntry(FIRST, new Committed(1, "stored=1"));
    }
  }

  @Test
  void removesTheOldestRecordsAboveTheLimitOfBytesEvenWhenItCameLater() {
    KafkaSettings small = SETTINGS.withDisk(8 * MEBIBYTE, 4 * MEBIBYTE, 0);
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, SETTINGS)) {
      try (KafkaLog log = new KafkaLog(broker, SETTINGS, Patience.PROMPT)) {
        create(log);
      }
      try (KafkaLog log = new KafkaLog(broker, small, Patience.PROMPT)) {
        create(log);
        for (int i = 0; i < 16; i++) {
          log.append(entry(Ledger.incompressible(MEBIBYTE))).join();
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> range(log).start() > 4);
        assertThat(range(log).end()).isEqualTo(16);
      }
    }
  }

  private static OffsetRange range(KafkaLog log) {
    return Objects.requireNonNull(log.ranges(Set.of(TOPIC)).get(FIRST));
  }

  @Test
  void namesTheSettingWhenThePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      KafkaSettings settings = SETTINGS.withPort(taken.getLocalPort());
      assertThatThrownBy(() -> new EmbeddedBroker(folder, settings))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " is taken")
          .hasMessageContaining("kafka.port")
          .hasMessageContaining("WEIR_KAFKA_PORT");
    }
  }

  @Test
  void refusesAFolderInUse() {
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, SETTINGS)) {
      assertThatThrownBy(() -> new EmbeddedBroker(folder, SETTINGS))
          .isInstanceOf(LogException.class)
          .hasMessageContaining("in use by another Weir process")
          .hasMessageContaining(folder.toString());
      assertThat(broker.isUp()).isTrue();
    }
  }

  @Test
  void stockToolsReadKeysAndHeaders() throws IOException, InterruptedException {
    Path kcat = Tool.find("kcat");
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, SETTINGS);
        KafkaLog log = new KafkaLog(broker, SETTINGS, Patience.PROMPT)) {
      create(log);
      Headers headers = new Headers().add("event-id", "e-1").add("door", "mqtt");
      byte[] value = "{\"t\":21.5}".getBytes(UTF_8);
      log.append(new Entry(TOPIC, 0, "sensor-1", System.currentTimeMillis(), value, headers))
          .join();

      String server = broker.bootstrapServers();
      String read = run(kcat, "-b", server, "-C", "-t", TOPIC.name(), "-e", "-q", "-f", "%k|%h|%s");
      String listed = run(kcat, "-b", server, "-L");

      assertThat(read).isEqualTo("sensor-1|event-id=e-1,door=mqtt|{\"t\":21.5}");
      assertThat(listed).contains("topic \"iot.raw\" with 1 partitions");
    }
  }

  private static String run(Path program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private static void create(KafkaLog log) {
    log.create(List.of(new TopicSpec(TOPIC, 1, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
  }

  private static Entry entry(byte[] value) {
    return new Entry(TOPIC, 0, "key", System.currentTimeMillis(), value, new Headers());
  }
}
