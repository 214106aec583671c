package weir.view.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// The newest records of one topic. Reads a bounded number at a time, skips what is more, and
/// counts it, so that it costs the same however much flows. Owned by one thread; opens its
/// reader when it is asked.
///
/// When the log fails, the tail stays where it was: closed and asked again, it goes on there.
public final class Tail implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int POLLS_MAX = 10;

  /// What came since the last call.
  ///
  /// @param skipped records that came and were not read
  /// @param before where the tail was, by partition
  public record Read(List<LogRecord> records, long skipped, Map<Partition, Long> before) {}

  private final EventLog log;
  private final Topic topic;
  private final @Nullable Integer partition;
  private Map<Partition, Long> next = new HashMap<>();
  private EventLog.@Nullable LogReader reader;

  public Tail(EventLog log, Topic topic) {
    this(log, topic, null);
  }

  /// @param partition the only one that is read; null reads all
  Tail(EventLog log, Topic topic, @Nullable Integer partition) {
    this.log = log;
    this.topic = topic;
    this.partition = partition;
  }

  /// Goes on at these offsets, by number of the partition; to be called before the first read.
  void from(Map<Integer, Long> offsets) {
    offsets.forEach((number, offset) -> next.put(new Partition(topic, number), offset));
  }

  /// Where the next read starts, as a text.
  public String place() {
    return Cursor.text(next);
  }

  /// Reads up to the end of each partition, at most so many records; a partition that was not
  /// seen before is read from its end.
  public Read read(int recordsMax) {
    Map<Partition, OffsetRange> ranges = new HashMap<>(log.ranges(Set.of(topic)));
    ranges.keySet().removeIf(each -> partition != null && partition != each.number());
    int share = Math.max(1, recordsMax / Math.max(1, ranges.size()));
    Map<Partition, Long> before = new HashMap<>();
    Map<Partition, Long> starts = new HashMap<>();
    long skipped = 0;
    for (Map.Entry<Partition, OffsetRange> entry : ranges.entrySet()) {
      long end = entry.getValue().end();
      long known = Math.min(next.getOrDefault(entry.getKey(), end), end);
      long start = Math.max(known, Math.max(entry.getValue().start(), end - share));
      before.put(entry.getKey(), known);
      starts.put(entry.getKey(), start);
      skipped += start - known;
    }
    return new Read(readFrom(starts, ranges), skipped, before);
  }

  private List<LogRecord> readFrom(
      Map<Partition, Long> starts, Map<Partition, OffsetRange> ranges) {
    EventLog.LogReader open = reader;
    if (open == null) {
      open = log.reader();
      reader = open;
      open.seek(starts);
    } else if (!starts.equals(next)) {
      open.seek(starts);
    }
    Map<Partition, Long> at = new HashMap<>(starts);
    List<LogRecord> records = new ArrayList<>();
    for (int polls = 0; polls < POLLS_MAX && isBehind(at, ranges); polls++) {
      for (LogRecord record : open.poll(POLL)) {
        at.put(record.position().partition(), record.position().offset() + 1);
        records.add(record);
      }
    }
    next = at;
    return records;
  }

  private static boolean isBehind(Map<Partition, Long> at, Map<Partition, OffsetRange> ranges) {
    return ranges.entrySet().stream()
        .anyMatch(each -> at.getOrDefault(each.getKey(), 0L) < each.getValue().end());
  }

  /// Gives its reader back, and stays where it is.
  @Override
  public void close() {
    EventLog.LogReader open = reader;
    reader = null;
    if (open != null) {
      open.close();
    }
  }

  /// Forgets where it was: the next read starts at the end.
  public void forget() {
    close();
    next = new HashMap<>();
  }
}
