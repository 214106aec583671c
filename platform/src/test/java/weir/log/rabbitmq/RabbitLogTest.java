package weir.log.rabbitmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.EventLogContract;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Patience;
import weir.log.Position;
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

  /// RabbitMQ closes a channel on which a message waits too long to be acknowledged.
  @Test
  void goesOnWhereNothingWasSaidForLong() throws Exception {
    timeOutConsumersAfter(1_000);
    try (RabbitLog quiet = another();
        EventLog.Subscription member = quiet.join("quiet-" + topic, Set.of(topic));
        LogReader idle = quiet.reader()) {
      quiet.create(List.of(spec(topic, 4)));
      idle.seek(Map.of(new Partition(topic, 0), 0L));
      quiet.append(at(0, "first")).join();
      take(member, 1);

      String closed = "timed out waiting for delivery acknowledgement";
      await().atMost(DEADLINE).until(() -> server.log().contains(closed));

      quiet.append(at(0, "second")).join();
      assertThat(valuesOf(take(member, 1))).containsExactly("second");
      assertThat(valuesOf(take(idle, 2))).containsExactly("first", "second");
    } finally {
      timeOutConsumersAfter(1_800_000);
    }
  }

  private static void timeOutConsumersAfter(int millis) throws Exception {
    String _ =
        server.control(
            "eval",
            "application:set_env(rabbit, consumer_timeout, %d),".formatted(millis)
                + "application:set_env(rabbit, channel_tick_interval, 200).");
  }

  @Test
  void findsTheEndsWhileOthersWriteAllTheTime() throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    AtomicLong written = new AtomicLong();
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!ended.get()) {
                    log.append(at(0, "more")).join();
                    written.incrementAndGet();
                  }
                });
    try (RabbitLog other = another()) {
      long before = written.get();

      Map<Partition, OffsetRange> ranges = other.ranges(Set.of(topic));

      assertThat(ranges.values().stream().mapToLong(OffsetRange::end).sum())
          .isGreaterThanOrEqualTo(before);
      assertThat(other.offsetsAt(Set.of(topic), 0)).containsEntry(new Partition(topic, 0), 0L);
    } finally {
      ended.set(true);
      writer.join();
    }
  }

  @Test
  void takesAServerThatStandsStillForNoEmptyOne() throws Exception {
    Partition partition = new Partition(topic, 0);
    log.append(at(0, "first")).join();
    log.append(at(0, "second")).join();
    try (RabbitLog other = another()) {
      for (int millis = 0; millis < 400; millis += 200) {
        CompletableFuture<Map<Partition, Long>> found =
            CompletableFuture.supplyAsync(() -> other.offsetsAt(Set.of(topic), NOW - 1));
        await().pollDelay(Duration.ofMillis(millis)).until(() -> true);
        server.halt();
        await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
        server.wake();
        try {
          assertThat(found.get(60, TimeUnit.SECONDS)).containsEntry(partition, 0L);
        } catch (ExecutionException refused) {
          assertThat(refused).hasCauseInstanceOf(LogException.class);
        }
      }
    }
  }

  @Test
  void readsAheadSoManyBytesOnly() throws Exception {
    Entry large =
        new Entry(topic, 0, "key", NOW, new byte[256 * 1024], new Headers().add("large", "x"));
    for (int i = 0; i < 100; i++) {
      log.append(large).join();
    }
    try (LogReader reader = log.reader()) {
      reader.seek(Map.of(new Partition(topic, 0), 0L));

      await().atMost(DEADLINE).until(() -> unacknowledged() > 10);
      assertThat(unacknowledged()).isLessThan(40);
      assertThat(take(reader, 100)).hasSize(100);
      await().atMost(DEADLINE).until(() -> unacknowledged() == 0);
    }
  }

  private static int unacknowledged() throws Exception {
    return server
        .control("list_channels", "messages_unacknowledged", "--no-table-headers")
        .lines()
        .mapToInt(line -> Integer.parseInt(line.strip()))
        .sum();
  }

  @Test
  void refusesAtOnceWhileTheMemoryOfTheServerIsFull() throws Exception {
    byte[] much = new byte[256 * 1024];
    try (RabbitLog other = another()) {
      other.create(List.of(spec(topic, 4)));
      String _ = server.control("set_vm_memory_high_watermark", "0");
      List<CompletableFuture<Position>> appends = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        appends.add(other.append(new Entry(topic, 0, "key", NOW, much, new Headers())));
      }
      await().atMost(DEADLINE).until(() -> other.trouble().isPresent());
      assertThat(other.trouble().orElseThrow()).contains("takes nothing", "memory");
      assertThat(other.append(at(0, "refused"))).isCompletedExceptionally();
      await().atMost(DEADLINE).until(() -> appends.stream().allMatch(CompletableFuture::isDone));
      assertThat(appends).anyMatch(CompletableFuture::isCompletedExceptionally);

      String _ = server.control("set_vm_memory_high_watermark", "0.9");

      await().atMost(DEADLINE).until(() -> other.trouble().isEmpty());
      other.append(at(0, "taken")).join();
    } finally {
      String _ = server.control("set_vm_memory_high_watermark", "0.9");
    }
  }

  /// The stream of changes begins with a claim; the commit before it is in a snapshot alone.
  @Test
  void knowsACommitThatOnlyASnapshotHas() throws Exception {
    String slot =
        "\"group\":\"idle-%s\",\"topic\":\"%s\",\"partition\":0,\"member\":\"m\""
            .formatted(topic, topic);
    ConnectionFactory factory = new ConnectionFactory();
    factory.setPort(server.port());
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      for (String change :
          List.of(
              "{\"kind\":\"claim\",%s}".formatted(slot),
              "{\"kind\":\"snapshot\",\"slots\":[{%s,\"version\":0,\"offset\":7,\"note\":\"n\"}]}"
                  .formatted(slot))) {
        channel.basicPublish("", SharedState.STREAM, null, change.getBytes(UTF_8));
      }
    }
    await()
        .atMost(DEADLINE)
        .until(
            () ->
                log.committed("idle-" + topic)
                    .equals(Map.of(new Partition(topic, 0), new Committed(7, "n"))));
  }
}
