package weir.view;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import weir.log.EventLog;
import weir.log.LogRecord;
import weir.log.Partition;

/// Reads given ranges of the log from start to end, on the caller's thread.
public final class Scan {

  private static final Duration POLL = Duration.ofMillis(200);

  /// Polls that may come back empty before the rest is taken for removed by retention.
  private static final int EMPTY_POLLS_MAX = 50;

  private Scan() {}

  /// Hands every record of the ranges to the visitor, and says whether their ends were reached.
  public static boolean all(
      EventLog.LogReader reader,
      Map<Partition, EventLog.OffsetRange> ranges,
      Consumer<LogRecord> visitor) {
    Map<Partition, Long> starts = new HashMap<>();
    Map<Partition, Long> lasts = new HashMap<>();
    ranges.forEach(
        (partition, range) -> {
          if (range.end() > range.start()) {
            starts.put(partition, range.start());
            lasts.put(partition, range.end() - 1);
          }
        });
    reader.seek(starts);
    int emptyPolls = 0;
    while (!lasts.isEmpty() && emptyPolls < EMPTY_POLLS_MAX) {
      var records = reader.poll(POLL);
      emptyPolls = records.isEmpty() ? emptyPolls + 1 : 0;
      for (LogRecord record : records) {
        Partition partition = record.position().partition();
        Long last = lasts.get(partition);
        if (last == null) {
          continue;
        }
        // Where the last one was compacted away, the next record is behind the range.
        if (record.position().offset() <= last) {
          visitor.accept(record);
        }
        if (record.position().offset() >= last) {
          lasts.remove(partition);
        }
      }
    }
    return lasts.isEmpty();
  }
}
