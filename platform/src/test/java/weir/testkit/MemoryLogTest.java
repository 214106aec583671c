package weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.log.Entry;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Subscription;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;
import weir.log.TopicSpec;

class MemoryLogTest {

  private static final Topic TOPIC = new Topic("t");
  private static final Duration SOON = Duration.ofMillis(500);

  private final MemoryLog log = new MemoryLog();

  @BeforeEach
  void create() {
    log.create(List.of(new TopicSpec(TOPIC, 4, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void keepsOneKeyInOrderOnOnePartition() {
    for (int i = 0; i < 20; i++) {
      log.append(entry("a", i)).join();
    }
    List<LogRecord> records = log.records(TOPIC);
    assertThat(records)
        .extracting(record -> record.position().partition())
        .containsOnly(records.getFirst().position().partition());
    assertThat(records).extracting(LogRecord::timestampMillis).isSorted();
  }

  @Test
  void answersHeldAppendsOnlyAfterTheRelease() {
    log.hold();
    CompletableFuture<Position> appended = log.append(entry("a", 1));
    assertThat(log.heldCount()).isOne();
    assertThat(appended).isNotDone();
    log.release();
    assertThat(appended).succeedsWithin(SOON);
  }

  @Test
  void failsAppendsOnCommand() {
    log.failAppends();
    assertThat(log.append(entry("a", 1))).failsWithin(SOON);
    log.mendAppends();
    assertThat(log.append(entry("a", 1))).succeedsWithin(SOON);
  }

  @Test
  void sharesPartitionsAndTakesOverFromTheCommittedOffset() {
    Subscription first = log.join("g", Set.of(TOPIC));
    Subscription second = log.join("g", Set.of(TOPIC));
    assertThat(first.assigned()).hasSize(2);
    assertThat(second.assigned()).hasSize(2);
    Partition mine = first.assigned().keySet().iterator().next();
    log.append(new Entry(TOPIC, mine.number(), null, 1, new byte[1], new Headers())).join();
    log.append(new Entry(TOPIC, mine.number(), null, 2, new byte[1], new Headers())).join();
    assertThat(first.poll(SOON)).hasSize(2);
    first.commit(Map.of(mine, new Committed(1, "in=1")));
    first.close();
    assertThat(second.assigned()).containsEntry(mine, new Committed(1, "in=1"));
    assertThat(second.poll(SOON)).extracting(LogRecord::timestampMillis).containsExactly(2L);
    assertThatThrownBy(() -> first.commit(Map.of(mine, new Committed(2, ""))))
        .isInstanceOf(LogException.class);
  }

  @Test
  void readsABatchAgainAfterARewind() {
    Subscription member = log.join("g", Set.of(TOPIC));
    log.append(entry("a", 7)).join();
    assertThat(member.poll(SOON)).hasSize(1);
    assertThat(member.poll(Duration.ZERO)).isEmpty();
    member.rewind();
    assertThat(member.poll(SOON)).hasSize(1);
  }

  private static Entry entry(@Nullable String key, long timestampMillis) {
    return new Entry(TOPIC, Entry.BY_KEY, key, timestampMillis, new byte[] {1}, new Headers());
  }
}
