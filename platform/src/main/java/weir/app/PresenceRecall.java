package weir.app;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import weir.device.DeviceId;
import weir.device.presence.PresenceBoard;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// Reads from the log who was heard after the board last stored it, so that a kill costs nothing.
final class PresenceRecall {

  private static final Duration POLL = Duration.ofMillis(500);

  private PresenceRecall() {}

  /// @param unsaved how long ago at most the board stored what it knew
  static void recall(PresenceBoard board, EventLog log, Topic raw, Duration unsaved) {
    Optional<Instant> newest = board.lastHeardOfAll();
    if (newest.isEmpty()) {
      return;
    }
    Map<Partition, Long> ends = new HashMap<>();
    for (Map.Entry<Partition, OffsetRange> range : log.ranges(Set.of(raw)).entrySet()) {
      if (range.getValue().end() > range.getValue().start()) {
        ends.put(range.getKey(), range.getValue().end());
      }
    }
    if (ends.isEmpty()) {
      return;
    }
    try (LogReader reader = log.reader()) {
      reader.seekToTime(ends.keySet(), newest.get().minus(unsaved).toEpochMilli());
      List<LogRecord> records = reader.poll(POLL);
      while (!records.isEmpty()) {
        records.forEach(record -> note(board, record));
        records = reader.poll(POLL);
      }
    }
  }

  private static void note(PresenceBoard board, LogRecord record) {
    String key = record.key();
    boolean own =
        record
            .headers()
            .text(HeaderNames.EVENT_ID)
            .filter(id -> id.startsWith(PresenceTopics.EVENT_PREFIX))
            .isPresent();
    if (key != null && !own && DeviceId.isValid(key)) {
      board.heardBefore(new DeviceId(key), Instant.ofEpochMilli(record.timestampMillis()));
    }
  }
}
