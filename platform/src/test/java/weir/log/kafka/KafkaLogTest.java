package weir.log.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLogContract;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Patience;

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
}
