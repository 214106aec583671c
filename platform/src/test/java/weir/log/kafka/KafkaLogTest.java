package weir.log.kafka;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import weir.log.EventLog;
import weir.log.EventLogContract;

class KafkaLogTest extends EventLogContract {

  @TempDir private static Path folder;
  private static EmbeddedBroker broker;
  private static KafkaLog log;

  @BeforeAll
  static void open() {
    KafkaSettings settings = KafkaSettings.defaults().withPort(0);
    broker = new EmbeddedBroker(folder, settings);
    log = new KafkaLog(broker.bootstrapServers(), settings);
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
}
