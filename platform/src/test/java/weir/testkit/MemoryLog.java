package weir.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;
import weir.log.TopicSpec;

/// An [EventLog] in memory that behaves as Kafka does where callers can tell: partitions by
/// key, consumer groups that rebalance, committed notes, callbacks on the log's own thread
/// and in order.
///
/// A test can hold appends back ([#hold], [#release]) or make them fail ([#failAppends],
/// [#mendAppends]), or fall silent ([#mute]). Nothing is ever removed: neither retention nor
/// compaction is imitated.
public final class MemoryLog implements EventLog {

  private static final int POLL_RECORDS_MAX = 500;

  private record Waiting(Entry entry, Appended callback) {}

  private final Map<Topic, List<List<LogRecord>>> topics = new HashMap<>();
  private final Map<String, MemoryGroup> groups = new HashMap<>();
  private final Queue<Waiting> held = new ArrayDeque<>();
  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("memory-log").factory());
  private boolean holding;
  private boolean failing;
  private boolean mute;

  /// From now on appends neither become durable nor are answered.
  public synchronized void hold() {
    holding = true;
  }

  /// Lets the held appends and all later ones through.
  public synchronized void release() {
    holding = false;
    while (!held.isEmpty()) {
      finish(held.remove());
    }
  }

  /// Lets only the oldest held appends through.
  public synchronized void release(int count) {
    for (int i = 0; i < count && !held.isEmpty(); i++) {
      finish(held.remove());
    }
  }

  /// How many appends are held now.
  public synchronized int heldCount() {
    return held.size();
  }

  /// From now on appends fail, held ones too when they are released.
  public synchronized void failAppends() {
    failing = true;
  }

  public synchronized void mendAppends() {
    failing = false;
  }

  /// From now on nobody is handed anything, and is told so at once.
  public synchronized void mute() {
    mute = true;
  }

  /// Every record of a topic, by partition and then by offset.
  public synchronized List<LogRecord> records(Topic topic) {
    return topics.getOrDefault(topic, List.of()).stream().flatMap(List::stream).toList();
  }

  @Override
  public synchronized void create(Collection<TopicSpec> specs) {
    for (TopicSpec spec : specs) {
      topics.computeIfAbsent(spec.topic(), topic -> emptyPartitions(spec.partitions()));
    }
    groups.values().forEach(MemoryGroup::rebalance);
  }

  private static List<List<LogRecord>> emptyPartitions(int count) {
    List<List<LogRecord>> partitions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      partitions.add(new ArrayList<>());
    }
    return partitions;
  }

  @Override
  public synchronized void append(Entry entry, Appended callback) {
    Waiting waiting = new Waiting(entry, callback);
    if (holding) {
      held.add(waiting);
    } else {
      finish(waiting);
    }
  }

  private void finish(Waiting waiting) {
    Entry entry = waiting.entry;
    List<List<LogRecord>> partitions = topics.get(entry.topic());
    if (failing || partitions == null) {
      String message = failing ? "appends fail on command" : "no topic " + entry.topic();
      LogException failure = new LogException(message);
      callbacks.execute(() -> waiting.callback.done(null, failure));
      return;
    }
    int number = partitionOf(entry, partitions.size());
    List<LogRecord> records = partitions.get(number);
    Position position = new Position(new Partition(entry.topic(), number), records.size());
    records.add(
        new LogRecord(
            position, entry.key(), entry.timestampMillis(), entry.value(), entry.headers()));
    notifyAll();
    callbacks.execute(() -> waiting.callback.done(position, null));
  }

  private static int partitionOf(Entry entry, int partitions) {
    if (entry.partition() != Entry.BY_KEY) {
      return entry.partition();
    }
    String key = entry.key();
    return key == null
        ? ThreadLocalRandom.current().nextInt(partitions)
        : Math.floorMod(key.hashCode(), partitions);
  }

  @Override
  public synchronized Subscription join(String group, Set<Topic> subscribed) {
    return groups.computeIfAbsent(group, name -> new MemoryGroup(this)).join(subscribed);
  }

  @Override
  public LogReader reader() {
    return new MemoryReader(this);
  }

  @Override
  public synchronized Map<Partition, OffsetRange> ranges(Set<Topic> wanted) {
    Map<Partition, OffsetRange> ranges = new TreeMap<>();
    for (Partition partition : partitions(wanted)) {
      ranges.put(partition, new OffsetRange(0, recordsOf(partition).size()));
    }
    return ranges;
  }

  @Override
  public synchronized Map<Partition, Long> offsetsAt(Set<Topic> wanted, long timestampMillis) {
    Map<Partition, Long> offsets = new TreeMap<>();
    for (Partition partition : partitions(wanted)) {
      List<LogRecord> records = recordsOf(partition);
      long offset =
          records.stream()
              .filter(record -> record.timestampMillis() >= timestampMillis)
              .mapToLong(record -> record.position().offset())
              .findFirst()
              .orElse(records.size());
      offsets.put(partition, offset);
    }
    return offsets;
  }

  @Override
  public synchronized Map<Partition, Committed> committed(String group) {
    MemoryGroup known = groups.get(group);
    return known == null ? Map.of() : known.committed();
  }

  @Override
  public synchronized Set<Topic> topics() {
    return Set.copyOf(topics.keySet());
  }

  @Override
  public synchronized Set<String> groups() {
    return Set.copyOf(groups.keySet());
  }

  @Override
  public synchronized void close() {
    callbacks.shutdown();
    notifyAll();
  }

  /// The partitions of those topics that exist, in order. Called under the lock.
  List<Partition> partitions(Set<Topic> wanted) {
    List<Partition> partitions = new ArrayList<>();
    for (Topic topic : wanted.stream().sorted(Comparator.comparing(Topic::name)).toList()) {
      for (int i = 0; i < topics.getOrDefault(topic, List.of()).size(); i++) {
        partitions.add(new Partition(topic, i));
      }
    }
    return partitions;
  }

  /// The records of one partition. Called under the lock.
  List<LogRecord> recordsOf(Partition partition) {
    List<List<LogRecord>> partitions = topics.get(partition.topic());
    if (partitions == null || partition.number() >= partitions.size()) {
      throw new LogException("no partition " + partition);
    }
    return partitions.get(partition.number());
  }

  /// Takes records from where each cursor stands and moves it; waits for the first one.
  synchronized List<LogRecord> take(Cursors cursors, Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (!mute) {
      List<LogRecord> taken = takeNow(cursors.current());
      long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
      if (!taken.isEmpty() || leftMillis <= 0) {
        return taken;
      }
      try {
        wait(leftMillis);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return List.of();
      }
    }
    return List.of();
  }

  private List<LogRecord> takeNow(Map<Partition, Long> cursor) {
    List<LogRecord> taken = new ArrayList<>();
    for (Map.Entry<Partition, Long> at : cursor.entrySet()) {
      List<LogRecord> records = recordsOf(at.getKey());
      int from = (int) Math.min(at.getValue(), records.size());
      int to = Math.min(records.size(), from + POLL_RECORDS_MAX - taken.size());
      taken.addAll(records.subList(from, to));
      at.setValue((long) to);
    }
    return taken;
  }

  /// Gives the next offsets to read, as they are after the latest rebalance. Asked under the
  /// lock.
  @FunctionalInterface
  interface Cursors {
    Map<Partition, Long> current();
  }
}
