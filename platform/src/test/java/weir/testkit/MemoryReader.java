package weir.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import weir.log.EventLog.LogReader;
import weir.log.LogRecord;
import weir.log.Partition;

/// A reader of a [MemoryLog] outside any group.
final class MemoryReader implements LogReader {

  private final MemoryLog log;
  private final Map<Partition, Long> cursor = new TreeMap<>();

  MemoryReader(MemoryLog log) {
    this.log = log;
  }

  @Override
  public void seek(Map<Partition, Long> offsets) {
    cursor.clear();
    cursor.putAll(offsets);
  }

  @Override
  public void seekToTime(Set<Partition> partitions, long timestampMillis) {
    cursor.clear();
    synchronized (log) {
      for (Partition partition : partitions) {
        cursor.put(partition, firstAt(log.recordsOf(partition), timestampMillis));
      }
    }
  }

  private static long firstAt(List<LogRecord> records, long timestampMillis) {
    for (LogRecord record : records) {
      if (record.timestampMillis() >= timestampMillis) {
        return record.position().offset();
      }
    }
    return records.size();
  }

  @Override
  public List<LogRecord> poll(Duration wait) {
    return log.take(() -> cursor, wait);
  }

  @Override
  public void close() {
    cursor.clear();
  }
}
