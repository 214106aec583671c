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

/// The newest records of one topic. Reads a bounded number at a time and skips what is more,
/// so that it costs the same however much flows. Owned by one thread; opens its reader when
/// it is first asked.
public final class Tail implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(20);
  private static final int POLLS_MAX = 10;

  /// What came since the last call.
  ///
  /// @param skipped records that came and were not read
  public record Read(List<LogRecord> records, long skipped) {}

  private final EventLog log;
  private final Topic topic;
  private final Map<Partition, Long> next = new HashMap<>();
  private EventLog.@Nullable LogReader reader;

  public Tail(EventLog log, Topic topic) {
    this.log = log;
    this.topic = topic;
  }

  /// Reads up to the end of each partition, at most so many records; the first call finds
  /// where the end is and reads nothing.
  public Read read(int recordsMax) {
    Map<Partition, OffsetRange> ranges = log.ranges(Set.of(topic));
    boolean jumped = false;
    long skipped = 0;
    int share = Math.max(1, recordsMax / Math.max(1, ranges.size()));
    for (Map.Entry<Partition, OffsetRange> entry : ranges.entrySet()) {
      long end = entry.getValue().end();
      Long from = next.get(entry.getKey());
      if (from == null || from > end) {
        next.put(entry.getKey(), end);
        jumped = true;
      } else if (end - from > share) {
        next.put(entry.getKey(), end - share);
        skipped += end - from - share;
        jumped = true;
      }
    }
    return new Read(readTo(ranges, jumped), skipped);
  }

  private List<LogRecord> readTo(Map<Partition, OffsetRange> ranges, boolean jumped) {
    EventLog.LogReader open = reader;
    if (open == null) {
      open = log.reader();
      reader = open;
    }
    if (jumped) {
      open.seek(next);
    }
    List<LogRecord> records = new ArrayList<>();
    for (int polls = 0; polls < POLLS_MAX && isBehind(ranges); polls++) {
      for (LogRecord record : open.poll(POLL)) {
        next.put(record.position().partition(), record.position().offset() + 1);
        records.add(record);
      }
    }
    return records;
  }

  private boolean isBehind(Map<Partition, OffsetRange> ranges) {
    for (Map.Entry<Partition, OffsetRange> entry : ranges.entrySet()) {
      if (next.getOrDefault(entry.getKey(), Long.MAX_VALUE) < entry.getValue().end()) {
        return true;
      }
    }
    return false;
  }

  /// Forgets where it was: the next call starts at the end again.
  @Override
  public void close() {
    EventLog.LogReader open = reader;
    if (open != null) {
      open.close();
    }
    reader = null;
    next.clear();
  }
}
