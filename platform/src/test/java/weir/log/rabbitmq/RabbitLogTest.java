package weir.log.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.EventLogContract;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Patience;
import weir.testkit.RabbitServer;

/// Skipped where RabbitMQ is not installed.
@EnabledIf("weir.testkit.RabbitServer#isInstalled")
class RabbitLogTest extends EventLogContract {

  @TempDir private static Path folder;
  private static RabbitServer server;
  private static RabbitLog log;

  @BeforeAll
  static void open() throws IOException {
    server = new RabbitServer(folder);
    log = another();
  }

  private static RabbitLog another() {
    RabbitSettings settings = RabbitSettings.defaults().at("127.0.0.1", server.port());
    return new RabbitLog(settings, Patience.PROMPT);
  }

  @AfterAll
  static void close() {
    log.close();
    server.close();
  }

  @Override
  protected EventLog log() {
    return log;
  }

  @Override
  protected void takeDown() {
    server.kill();
  }

  @Override
  protected void bringBack() {
    server.start();
  }

  @Test
  void anotherProcessSeesTopicsRecordsAndCommits() {
    log.append(at(0, "a")).join();
    Partition partition = new Partition(topic, 0);
    try (EventLog.Subscription member = log.join("readers-" + topic, Set.of(topic))) {
      take(member, 1);
      member.commit(Map.of(partition, new Committed(1, "n=1")));
    }

    try (RabbitLog other = another()) {
      assertThat(other.topics()).contains(topic);
      assertThat(other.ranges(Set.of(topic)))
          .containsEntry(partition, new EventLog.OffsetRange(0, 1))
          .containsEntry(new Partition(topic, 1), new EventLog.OffsetRange(0, 0));
      assertThat(other.committed("readers-" + topic))
          .containsEntry(partition, new Committed(1, "n=1"));
    }
  }

  @Test
  void namesTheSettingWhenAnExistingTopicHasOtherPartitions() {
    assertThatThrownBy(() -> log.create(List.of(spec(topic, 6))))
        .isInstanceOf(LogException.class)
        .hasMessageContaining("4 partitions")
        .hasMessageContaining("rabbitmq.partitions");
  }
}
