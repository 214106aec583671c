package weir.app.life;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.device.presence.PresenceBoard;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// Reads from the log who was heard after the board last stored it, so that a kill costs nothing.
public final class PresenceRecall {

  private static final Logger LOGGER = LoggerFactory.getLogger(PresenceRecall.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int EMPTY_POLLS_MAX = 150;

  private PresenceRecall() {}

  /// @param unsaved how long ago at most the board stored what it knew
  public static void recall(PresenceBoard board, EventLog log, Topic raw, Duration unsaved) {
    Optional<Instant> newest = board.lastHeardOfAll();
    if (newest.isEmpty()) {
      return;
    }
    long from = newest.get().minus(unsaved).toEpochMilli();
    Map<Partition, Long> starts = new HashMap<>(log.offsetsAt(Set.of(raw), from));
    Map<Partition, Long> ends = new HashMap<>();
    log.ranges(Set.of(raw)).forEach((partition, range) -> ends.put(partition, range.end()));
    starts.entrySet().removeIf(start -> start.getValue() >= ends.getOrDefault(start.getKey(), 0L));
    ends.keySet().retainAll(starts.keySet());
    if (ends.isEmpty()) {
      return;
    }
    try (LogReader reader = log.reader()) {
      reader.seek(starts);
      read(board, reader, ends);
    }
  }

  /// Reads up to the ends as they were; gives up, and says so, when nothing comes for a while.
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
    if (!ends.isEmpty()) {
      LOGGER.warn("presence may be older than the log, which was not read to its ends={}", ends);
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
