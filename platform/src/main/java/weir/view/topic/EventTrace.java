package weir.view.topic;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.Topics;
import weir.series.SeriesStore;
import weir.series.StoredEvent;
import weir.view.DeadLetters;

/// Everything that happened to one event: the raw messages under its id, the dead letters,
/// the enriched message and the row in the store.
///
/// The log is looked through around the time when the message came, at most [#SCAN_MAX]
/// records of each topic; what retention has removed is not found any more. Safe for many
/// threads.
public final class EventTrace {

  static final int SCAN_MAX = 50_000;

  private static final Duration AROUND = Duration.ofSeconds(2);
  private static final Duration FOREVER = Duration.ofDays(36_500);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int EMPTY_POLLS_MAX = 3;
  private static final int FOUND_MAX = 20;

  /// What was found; an event that nobody knows has nothing.
  ///
  /// @param complete whether all was looked through that may tell of it
  record Found(
      @Nullable StoredEvent stored,
      List<LogRecord> raw,
      List<LogRecord> enriched,
      List<DeadLetters.Letter> deadLetters,
      boolean complete) {

    boolean isEmpty() {
      return stored == null && raw.isEmpty() && enriched.isEmpty() && deadLetters.isEmpty();
    }
  }

  private final EventLog log;
  private final Topics topics;
  private final SeriesStore store;
  private final DeadLetters letters;

  public EventTrace(EventLog log, Topics topics, SeriesStore store) {
    this.log = log;
    this.topics = topics;
    this.store = store;
    letters = new DeadLetters(log, topics);
  }

  Found find(EventId id) {
    StoredEvent stored = store.event(id).orElse(null);
    DeadLetters.Page set =
        letters.list(letter -> letter.eventId().equals(id.value()), Map.of(), FOUND_MAX);
    List<DeadLetters.Letter> dead = set.letters();
    Optional<Instant> came = came(id, stored, dead);
    if (came.isEmpty()) {
      return new Found(stored, List.of(), List.of(), dead, set.next().isEmpty());
    }
    Looked raw = records(topics.raw(), id, came.get(), !dead.isEmpty());
    Looked enriched = records(topics.enriched(), id, came.get(), !dead.isEmpty());
    boolean complete = set.next().isEmpty() && raw.complete() && enriched.complete();
    return new Found(stored, raw.records(), enriched.records(), dead, complete);
  }

  private record Looked(List<LogRecord> records, boolean complete) {}

  /// When the message came: as stored, as set aside, or as its id tells.
  private static Optional<Instant> came(
      EventId id, @Nullable StoredEvent stored, List<DeadLetters.Letter> dead) {
    if (!dead.isEmpty()) {
      return Optional.of(Instant.ofEpochMilli(dead.getLast().receivedMillis()));
    }
    if (stored != null) {
      return Optional.of(stored.receivedAt());
    }
    UUID uuid = id.uuid();
    return uuid.version() == 7
        ? Optional.of(Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16))
        : Optional.empty();
  }

  /// An event that was set aside may have come again at any time since.
  private Looked records(Topic topic, EventId id, Instant came, boolean cameAgain) {
    Map<Partition, OffsetRange> ranges = log.ranges(Set.of(topic));
    long enough = came.plus(cameAgain ? FOREVER : AROUND).toEpochMilli();
    Set<Partition> open = new HashSet<>(ranges.keySet());
    List<LogRecord> found = new ArrayList<>();
    try (EventLog.LogReader reader = log.reader()) {
      reader.seekToTime(ranges.keySet(), came.minus(AROUND).toEpochMilli());
      int scanned = 0;
      int empty = 0;
      while (!open.isEmpty() && scanned < SCAN_MAX && empty < EMPTY_POLLS_MAX) {
        int before = scanned;
        for (LogRecord record : reader.poll(POLL)) {
          Partition partition = record.position().partition();
          OffsetRange range = ranges.get(partition);
          if (range == null || !open.contains(partition)) {
            continue;
          }
          scanned++;
          if (isOf(record, id) && found.size() < FOUND_MAX) {
            found.add(record);
          }
          if (record.position().offset() >= range.end() - 1 || record.timestampMillis() > enough) {
            open.remove(partition);
          }
        }
        empty = scanned == before ? empty + 1 : 0;
      }
      return new Looked(found, scanned < SCAN_MAX);
    }
  }

  private static boolean isOf(LogRecord record, EventId id) {
    return record.headers().text(HeaderNames.EVENT_ID).filter(id.value()::equals).isPresent();
  }
}
