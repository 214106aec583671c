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
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// Reads from the log who was heard after the board last stored it, so that a kill costs nothing.
final class PresenceRecall {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int EMPTY_POLLS_MAX = 5;

  private PresenceRecall() {}

  /// @param unsaved how long ago at most the board stored what it knew
  static void recall(PresenceBoard board, EventLog log, Topic raw, Duration unsaved) {
    Optional<Instant> newest = board.lastHeardOfAll();
    if (newest.isEmpty()) {
      return;
    }
    Map<Partition, Long> ends = new HashMap<>();
    log.ranges(Set.of(raw))
        .forEach(
            (partition, range) -> {
              if (range.end() > range.start()) {
                ends.put(partition, range.end());
              }
            });
    if (ends.isEmpty()) {
      return;
    }
    try (LogReader reader = log.reader()) {
      reader.seekToTime(ends.keySet(), newest.get().minus(unsaved).toEpochMilli());
      read(board, reader, ends);
    }
  }

  /// Reads up to the ends as they were, and no further than what comes within the patience: where
  /// nothing is newer than the time sought, there is nothing to come.
  private static void read(PresenceBoard board, LogReader reader, Map<Partition, Long> ends) {
    int emptyPolls = 0;
    while (!ends.isEmpty() && emptyPolls < EMPTY_POLLS_MAX) {
      List<LogRecord> records = reader.poll(POLL);
      emptyPolls = records.isEmpty() ? emptyPolls + 1 : 0;
      for (LogRecord record : records) {
        note(board, record);
        long next = record.position().offset() + 1;
        ends.computeIfPresent(
            record.position().partition(), (partition, end) -> next >= end ? null : end);
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
    byte[] payload = record.value();
    if (key != null && payload != null && !own && DeviceId.isValid(key)) {
      board.heardBefore(
          new DeviceId(key),
          record.headers().text(HeaderNames.PATH).orElse(""),
          payload,
          Instant.ofEpochMilli(record.timestampMillis()));
    }
  }
}
