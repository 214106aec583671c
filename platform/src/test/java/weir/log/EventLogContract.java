package weir.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.log.EventLog.Committed;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.EventLog.Subscription;

/// What every [EventLog] does, whatever it is made of.
public abstract class EventLogContract {

  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Duration WAIT = Duration.ofMillis(200);
  protected static final Duration DEADLINE = Duration.ofSeconds(20);

  /// Retention goes by the records' own time, so they must not look old.
  protected static final long NOW = System.currentTimeMillis();

  /// A topic and a group of this test alone, since a log may be shared by the whole suite.
  protected final Topic topic = new Topic("contract-" + NEXT.incrementAndGet());

  private final String group = "group-" + topic;

  private EventLog log;

  /// The log under test; it is not closed by this suite.
  protected abstract EventLog log();

  /// Makes appends fail until [#bringBack].
  protected abstract void takeDown();

  protected abstract void bringBack();

  @BeforeEach
  void createTopic() {
    log = log();
    log.create(List.of(spec(topic, 4)));
  }

  protected static TopicSpec spec(Topic topic, int partitions) {
    return new TopicSpec(topic, partitions, TopicSpec.Cleanup.DELETE, Duration.ofDays(7));
  }

  @Test
  void createsTopicsOnce() {
    log.append(entry("device", "first")).join();

    log.create(List.of(spec(topic, 4)));

    assertThat(log.topics()).contains(topic);
    assertThat(log.ranges(Set.of(topic))).hasSize(4);
    assertThat(valuesOf(readAll(1))).containsExactly("first");
  }

  @Test
  void keepsTheOrderOfAKey() {
    List<CompletableFuture<Position>> appends = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      appends.add(log.append(entry("device-" + i % 7, Integer.toString(i))));
    }
    appends.forEach(CompletableFuture::join);

    Map<String, Integer> last = new HashMap<>();
    Map<String, Partition> home = new HashMap<>();
    for (LogRecord record : readAll(2_000)) {
      int number = Integer.parseInt(new String(record.value(), UTF_8));
      String key = record.key();
      assertThat(number).isGreaterThan(last.getOrDefault(key, -1));
      assertThat(home.getOrDefault(key, record.position().partition()))
          .isEqualTo(record.position().partition());
      last.put(key, number);
      home.put(key, record.position().partition());
    }
    assertThat(last).hasSize(7);
  }

  @Test
  void tellsWhereARecordIs() {
    Position first = log.append(at(2, "a")).join();
    Position second = log.append(at(2, "b")).join();

    assertThat(first.partition()).isEqualTo(new Partition(topic, 2));
    assertThat(second.offset()).isEqualTo(first.offset() + 1);
    assertThat(log.ranges(Set.of(topic)))
        .containsEntry(new Partition(topic, 2), new OffsetRange(0, 2))
        .containsEntry(new Partition(topic, 1), new OffsetRange(0, 0));
  }

  @Test
  void findsOffsetsByTime() {
    for (int i = 0; i < 5; i++) {
      log.append(new Entry(topic, 1, "device", NOW + i * 1_000L, new byte[0], new Headers()))
          .join();
    }

    assertThat(log.offsetsAt(Set.of(topic), NOW + 1_500))
        .containsEntry(new Partition(topic, 1), 2L)
        .containsEntry(new Partition(topic, 2), 0L);
    assertThat(log.offsetsAt(Set.of(topic), NOW + 9_000))
        .containsEntry(new Partition(topic, 1), 5L);
  }

  @Test
  void aRecordCanBeReadWhenItsAppendIsAnswered() {
    AtomicReference<@Nullable Position> answered = new AtomicReference<>();
    log.append(at(0, "there"), (position, failure) -> answered.set(position));
    await().atMost(DEADLINE).until(() -> answered.get() != null);

    assertThat(log.ranges(Set.of(topic)))
        .containsEntry(new Partition(topic, 0), new OffsetRange(0, 1));
    assertThat(valuesOf(readAll(1))).containsExactly("there");
  }

  @Test
  void carriesKeysHeadersTimesAndNulls() {
    byte[] bytes = {0, -1, 127, -128};
    Headers headers =
        new Headers().add("path", "iot/überall").add("binary", bytes).add("empty", new byte[0]);
    log.append(new Entry(topic, 0, "device", NOW + 123, bytes, headers)).join();
    log.append(new Entry(topic, 0, null, NOW, null, new Headers())).join();

    List<LogRecord> records = readAll(2);

    LogRecord full = records.get(0);
    assertThat(full.key()).isEqualTo("device");
    assertThat(full.timestampMillis()).isEqualTo(NOW + 123);
    assertThat(full.value()).isEqualTo(bytes);
    assertThat(full.headers().text("path")).contains("iot/überall");
    assertThat(full.headers().bytes("binary")).contains(bytes);
    assertThat(full.headers().text("empty")).contains("");
    assertThat(full.headers().bytes("absent")).isEmpty();
    LogRecord bare = records.get(1);
    assertThat(bare.key()).isNull();
    assertThat(bare.value()).isNull();
    assertThat(bare.headers().entries()).isEmpty();
  }

  @Test
  void refusesATopicThatDoesNotExist() {
    Topic absent = new Topic("absent-" + topic);
    Entry entry = new Entry(absent, Entry.BY_KEY, "device", NOW, new byte[1], new Headers());

    assertThatThrownBy(() -> log.append(entry).orTimeout(10, TimeUnit.SECONDS).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(LogException.class);
    assertThat(log.ranges(Set.of(absent))).isEmpty();
  }

  @Test
  void aNewGroupStartsAtTheOldestRecord() {
    log.append(at(1, "old")).join();

    try (Subscription member = log.join(group, Set.of(topic))) {
      assertThat(valuesOf(take(member, 1))).containsExactly("old");
      assertThat(log.committed(group)).isEmpty();
      assertThat(member.assigned()).hasSize(4).containsValue(new Committed(0, ""));
    }
  }

  @Test
  void aGroupGoesOnWhereItCommitted() {
    Partition partition = new Partition(topic, 3);
    for (String value : List.of("a", "b", "c")) {
      log.append(at(3, value)).join();
    }
    try (Subscription member = log.join(group, Set.of(topic))) {
      take(member, 3);
      member.commit(Map.of(partition, new Committed(2, "done=2")));
    }

    try (Subscription next = log.join(group, Set.of(topic))) {
      assertThat(valuesOf(take(next, 1))).containsExactly("c");
      assertThat(next.assigned()).containsEntry(partition, new Committed(2, "done=2"));
    }
    assertThat(log.committed(group)).containsEntry(partition, new Committed(2, "done=2"));
    assertThat(log.groups()).contains(group);
  }

  @Test
  void carriesNotesOfFourKilobytes() {
    Partition partition = new Partition(topic, 0);
    String note = "n".repeat(4_096);
    log.append(at(0, "a")).join();
    try (Subscription member = log.join(group, Set.of(topic))) {
      take(member, 1);
      member.commit(Map.of(partition, new Committed(1, note)));
      assertThatThrownBy(() -> member.commit(Map.of(partition, new Committed(1, note + note))))
          .isInstanceOf(LogException.class);
    }
    assertThat(log.committed(group)).containsEntry(partition, new Committed(1, note));
  }

  @Test
  void showsCommitsInTheAssignment() {
    Partition partition = new Partition(topic, 0);
    log.append(at(0, "a")).join();
    try (Subscription member = log.join(group, Set.of(topic))) {
      take(member, 1);

      member.commit(Map.of(partition, new Committed(1, "x=1")));

      assertThat(member.assigned()).hasSize(4).containsEntry(partition, new Committed(1, "x=1"));
    }
  }

  @Test
  void refusesToCommitAPartitionOfAnotherMember() {
    Partition foreign = new Partition(new Topic("foreign"), 0);
    log.append(at(0, "a")).join();
    try (Subscription member = log.join(group, Set.of(topic))) {
      take(member, 1);
      assertThatThrownBy(() -> member.commit(Map.of(foreign, new Committed(1, ""))))
          .isInstanceOf(LogException.class);
    }
    assertThat(log.committed(group)).isEmpty();
  }

  @Test
  void appendsFailWhileTheLogIsDownAndWorkAfterwards() {
    log.append(at(0, "before")).join();

    takeDown();
    assertThatThrownBy(() -> log.append(at(0, "lost")).orTimeout(8, TimeUnit.SECONDS).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(LogException.class);
    bringBack();

    await().atMost(DEADLINE).until(() -> !appendFails("after"));
    assertThat(valuesOf(readAll(2))).contains("before", "after").doesNotContain("lost");
  }

  private boolean appendFails(String value) {
    return log.append(at(0, value)).handle((position, failure) -> failure != null).join();
  }

  @Test
  void aMemberGoesOnWhenTheLogIsBack() {
    Partition partition = new Partition(topic, 0);
    try (Subscription member = log.join(group, Set.of(topic))) {
      log.append(at(0, "a")).join();
      take(member, 1);
      member.commit(Map.of(partition, new Committed(1, "n=1")));

      takeDown();
      member.rewind();
      bringBack();

      await().atMost(DEADLINE).until(() -> !appendFails("b"));
      assertThat(valuesOf(take(member, 1))).contains("b");
      member.commit(Map.of(partition, new Committed(2, "n=2")));
    }
    assertThat(log.committed(group)).containsEntry(partition, new Committed(2, "n=2"));
  }

  @Test
  void rewindsToTheCommittedPosition() {
    Partition partition = new Partition(topic, 0);
    for (String value : List.of("a", "b", "c")) {
      log.append(at(0, value)).join();
    }
    log.append(at(1, "other")).join();
    try (Subscription member = log.join(group, Set.of(topic))) {
      take(member, 4);
      member.commit(Map.of(partition, new Committed(1, "")));

      member.rewind();

      assertThat(valuesOf(take(member, 3))).containsExactlyInAnyOrder("b", "c", "other");
    }
  }

  @Test
  void membersShareThePartitions() {
    try (Subscription one = log.join(group, Set.of(topic));
        Subscription two = log.join(group, Set.of(topic))) {
      Set<Partition> all = new HashSet<>();
      await()
          .atMost(DEADLINE)
          .until(
              () -> {
                one.poll(WAIT);
                two.poll(WAIT);
                all.clear();
                all.addAll(one.assigned().keySet());
                all.addAll(two.assigned().keySet());
                return one.assigned().size() == 2 && two.assigned().size() == 2;
              });
      assertThat(all).hasSize(4);
    }
  }

  @Test
  void aMemberTakesOverWhatAnotherLeaves() {
    Partition partition = new Partition(topic, 0);
    Subscription one = log.join(group, Set.of(topic));
    log.append(at(0, "a")).join();
    take(one, 1);
    one.commit(Map.of(partition, new Committed(1, "by=1")));
    one.close();

    try (Subscription two = log.join(group, Set.of(topic))) {
      await().atMost(DEADLINE).until(() -> two.poll(WAIT).isEmpty() && two.assigned().size() == 4);
      assertThat(two.assigned()).containsEntry(partition, new Committed(1, "by=1"));
    }
  }

  @Test
  void readsFromAnOffset() {
    for (String value : List.of("a", "b", "c")) {
      log.append(at(0, value)).join();
    }
    log.append(at(1, "elsewhere")).join();
    try (LogReader reader = log.reader()) {
      reader.seek(Map.of(new Partition(topic, 0), 1L));
      assertThat(valuesOf(take(reader, 2))).containsExactly("b", "c");
      assertThat(reader.poll(WAIT)).isEmpty();
    }
  }

  @Test
  void readsFromATime() {
    for (int second = 1; second <= 5; second++) {
      byte[] value = Integer.toString(second).getBytes(UTF_8);
      log.append(new Entry(topic, 0, null, NOW + second * 1_000L, value, new Headers())).join();
    }
    try (LogReader reader = log.reader()) {
      reader.seekToTime(Set.of(new Partition(topic, 0), new Partition(topic, 1)), NOW + 3_500L);
      assertThat(valuesOf(take(reader, 2))).containsExactly("4", "5");
    }
  }

  @Test
  void readsNothingFromATimeAfterTheLastRecord() {
    log.append(at(0, "a")).join();
    try (LogReader reader = log.reader()) {
      reader.seekToTime(Set.of(new Partition(topic, 0)), Long.MAX_VALUE / 2);
      assertThat(reader.poll(WAIT)).isEmpty();

      log.append(at(0, "later")).join();

      assertThat(valuesOf(take(reader, 1))).containsExactly("later");
    }
  }

  /// How many topics of one the log tells how they are kept, and groups of one how big they are.
  protected int told() {
    return 0;
  }

  @Test
  void tellsHowATopicIsKeptAndWhoReadsIt() {
    log.append(entry("device", "one")).join();

    assertThat(log.kept(Set.of(topic)))
        .hasSize(told())
        .allSatisfy(
            (any, kept) -> {
              assertThat(kept.policy()).isEqualTo("delete");
              assertThat(kept.retention()).isEqualTo(Duration.ofDays(7));
              assertThat(kept.bytes()).isPositive();
            });
    try (Subscription member = log.join(group, Set.of(topic))) {
      take(member, 1);
      assertThat(log.members(Set.of(group))).hasSize(told()).allSatisfy(EventLogContract::isOne);
    }
    assertThat(log.kept(Set.of(new Topic("never-made")))).isEmpty();
    assertThat(log.members(Set.of("never-joined"))).isEmpty();
  }

  private static void isOne(String group, List<EventLog.Member> members) {
    assertThat(members).as(group).hasSize(1);
    assertThat(members.getFirst().client()).isNotEmpty();
    assertThat(members.getFirst().host()).matches("[0-9.:a-f]+");
    assertThat(members.getFirst().partitions()).isNotEmpty().isSorted();
  }

  @AfterEach
  void leaveNoFlag() {
    assertThat(Thread.interrupted()).isFalse();
  }

  protected Entry at(int partition, String value) {
    return new Entry(topic, partition, "key", NOW, value.getBytes(UTF_8), new Headers());
  }

  protected Entry entry(String key, String value) {
    return new Entry(topic, Entry.BY_KEY, key, NOW, value.getBytes(UTF_8), new Headers());
  }

  protected List<LogRecord> readAll(int count) {
    try (LogReader reader = log.reader()) {
      Map<Partition, Long> starts = new HashMap<>();
      log.ranges(Set.of(topic)).forEach((partition, range) -> starts.put(partition, range.start()));
      reader.seek(starts);
      return take(reader, count);
    }
  }

  protected static List<LogRecord> take(LogReader reader, int count) {
    List<LogRecord> taken = new ArrayList<>();
    await().atMost(DEADLINE).until(() -> taken.addAll(reader.poll(WAIT)) && taken.size() >= count);
    return taken;
  }

  protected static List<LogRecord> take(Subscription member, int count) {
    List<LogRecord> taken = new ArrayList<>();
    await().atMost(DEADLINE).until(() -> taken.addAll(member.poll(WAIT)) && taken.size() >= count);
    return taken;
  }

  protected static List<String> valuesOf(List<LogRecord> records) {
    return records.stream().map(record -> new String(record.value(), UTF_8)).toList();
  }
}
