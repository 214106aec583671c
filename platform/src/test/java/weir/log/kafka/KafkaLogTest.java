package weir.log.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLogContract;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Patience;
import weir.log.Topic;
import weir.testkit.KafkaCluster;

class KafkaLogTest extends EventLogContract {

  @TempDir private static Path folder;
  private static EmbeddedBroker broker;
  private static KafkaLog log;

  @BeforeAll
  static void open() {
    KafkaSettings settings = KafkaSettings.defaults().withPort(0);
    broker = new EmbeddedBroker(folder, settings);
    log = new KafkaLog(broker, settings, Patience.PROMPT);
  }

  @AfterAll
  static void close() {
    log.close();
    broker.close();
  }

  @Override
  protected EventLog log() {
    return log;
  }

  @Override
  protected void takeDown() {
    broker.stop();
  }

  @Override
  protected void bringBack() {
    broker.start();
  }

  @Override
  protected int told() {
    return 1;
  }

  @Test
  void refusesARecordThatIsTooLongAndTakesTheNext() {
    byte[] tooLong = new byte[KafkaSettings.defaults().recordBytesMax() + 1];

    assertThatThrownBy(
            () ->
                log.append(
                        new Entry(
                            topic, 0, "key", System.currentTimeMillis(), tooLong, new Headers()))
                    .join())
        .hasCauseInstanceOf(LogException.class);

    byte[] longest = new byte[KafkaSettings.defaults().recordBytesMax() - 1_024];
    log.append(new Entry(topic, 0, "key", System.currentTimeMillis(), longest, new Headers()))
        .join();
    assertThat(readAll(1)).hasSize(1);
  }

  @Test
  void namesTheSettingWhenAnExistingTopicHasOtherPartitions() {
    assertThatThrownBy(() -> log.create(List.of(spec(topic, 6))))
        .isInstanceOf(LogException.class)
        .hasMessageContaining("4 partitions")
        .hasMessageContaining("kafka.partitions");
  }

  @ParameterizedTest
  @CsvSource({
    "cleanup.policy, compact, needs delete",
    "cleanup.policy, 'compact,delete', needs delete",
    "max.message.bytes, 100000, kafka.record-bytes-max"
  })
  void namesTheSettingWhenATopicOfAClusterIsUnfit(String name, String value, String hint)
      throws Exception {
    Topic made = new Topic("made-" + name + "-" + value.replace(',', '-'));
    KafkaSettings cluster = asCluster();
    make(cluster, made, Map.of(name, value));

    try (KafkaLog outside = new KafkaLog(cluster, Patience.PROMPT)) {
      assertThatThrownBy(() -> outside.create(List.of(spec(made, 4))))
          .isInstanceOf(LogException.class)
          .hasMessageContaining(made.name())
          .hasMessageContaining(name + "=" + value)
          .hasMessageContaining(hint);
    }
  }

  @Test
  void takesTopicsThatOthersMadeForIt() throws Exception {
    Topic made = new Topic("made-for-it");
    KafkaSettings cluster = asCluster();
    String bytes = Integer.toString(cluster.recordBytesMax() + KafkaSettings.BATCH_OVERHEAD_BYTES);
    make(cluster, made, Map.of("max.message.bytes", bytes, "retention.ms", "1000"));

    try (KafkaLog outside = new KafkaLog(cluster, Patience.PROMPT)) {
      outside.create(List.of(spec(made, 4)));

      assertThat(outside.topics()).contains(made);
    }
  }

  private static void make(KafkaSettings cluster, Topic made, Map<String, String> configs)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
      NewTopic wanted = new NewTopic(made.name(), 4, (short) 1).configs(configs);
      admin.createTopics(List.of(wanted)).all().get();
    }
  }

  /// The broker here, as a cluster that is not ours.
  private static KafkaSettings asCluster() {
    return KafkaCluster.settings(broker.bootstrapServers(), Path.of(""));
  }
}
