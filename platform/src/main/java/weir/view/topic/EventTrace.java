package weir.view.topic;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
import weir.view.Scan;

/// Everything that happened to one event: the raw messages under its id, its waits for a
/// missing reference, the dead letters, the enriched message and the row in the store.
///
/// The log is looked through from shortly before the message came until shortly after it was
/// stored, or to its end while it is not stored or when it was set aside; at most [#SCAN_MAX]
/// records of each topic. What retention has removed is not found any more. Safe for many
/// threads.
public final class EventTrace {

  static final int SCAN_MAX = 50_000;

  private static final Duration AROUND = Duration.ofSeconds(2);
  private static final long NEVER = Long.MAX_VALUE;
  private static final int FOUND_MAX = 20;

  /// What was found; an event that nobody knows has nothing.
  ///
  /// @param waits each time that it was handed over to be tried again
  /// @param complete whether all was looked through that may tell of it
  record Found(
      @Nullable StoredEvent stored,
      List<LogRecord> raw,
      List<LogRecord> waits,
      List<LogRecord> enriched,
      List<DeadLetters.Letter> deadLetters,
      boolean complete) {

    boolean isEmpty() {
      return stored == null
          && raw.isEmpty()
          && waits.isEmpty()
          && enriched.isEmpty()
          && deadLetters.isEmpty();
    }
  }

  private static final Comparator<LogRecord> IN_ORDER =
      Comparator.comparing((LogRecord record) -> record.position().partition())
          .thenComparingLong(record -> record.position().offset());

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
      return new Found(stored, List.of(), List.of(), List.of(), dead, set.next().isEmpty());
    }
    long from = came.get().minus(AROUND).toEpochMilli();
    // What is tried again, or replayed, is appended later and keeps the time when it came.
    long to =
        stored == null || !dead.isEmpty()
            ? NEVER
            : later(came.get(), stored.storedAt()).plus(AROUND).toEpochMilli();
    Looked raw = records(topics.raw(), id, from, to);
    Looked waits = records(topics.retry(), id, from, to);
    Looked enriched = records(topics.enriched(), id, from, to);
    return new Found(
        stored,
        raw.records(),
        waits.records(),
        enriched.records(),
        dead,
        set.next().isEmpty() && raw.complete() && waits.complete() && enriched.complete());
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
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

  private Looked records(Topic topic, EventId id, long fromMillis, long toMillis) {
    Map<Partition, OffsetRange> wanted = between(topic, fromMillis, toMillis);
    long most = SCAN_MAX / Math.max(1, wanted.size());
    Map<Partition, OffsetRange> ranges = new HashMap<>();
    wanted.forEach(
        (partition, range) ->
            ranges.put(
                partition,
                new OffsetRange(range.start(), Math.min(range.end(), range.start() + most))));
    List<LogRecord> found = new ArrayList<>();
    try (EventLog.LogReader reader = log.reader()) {
      boolean read =
          Scan.all(
              reader,
              ranges,
              record -> {
                if (found.size() < FOUND_MAX && isOf(record, id)) {
                  found.add(record);
                }
              });
      found.sort(IN_ORDER);
      return new Looked(found, read && ranges.equals(wanted));
    }
  }

  /// From the first record of this time up to the first one that is later than that.
  private Map<Partition, OffsetRange> between(Topic topic, long fromMillis, long toMillis) {
    Set<Topic> one = Set.of(topic);
    Map<Partition, OffsetRange> ranges = log.ranges(one);
    Map<Partition, Long> starts = log.offsetsAt(one, fromMillis);
    Map<Partition, Long> ends = toMillis == NEVER ? Map.of() : log.offsetsAt(one, toMillis + 1);
    Map<Partition, OffsetRange> between = new HashMap<>();
    ranges.forEach(
        (partition, range) ->
            between.put(
                partition,
                new OffsetRange(
                    starts.getOrDefault(partition, range.start()),
                    ends.getOrDefault(partition, range.end()))));
    return between;
  }

  private static boolean isOf(LogRecord record, EventId id) {
    return record.headers().text(HeaderNames.EVENT_ID).filter(id.value()::equals).isPresent();
  }
}
