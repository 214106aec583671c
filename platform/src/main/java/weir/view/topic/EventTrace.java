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
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
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
/// missing reference, the dead letters, the enriched message and the row in the store. Two
/// devices may use one id, so an event is known by both.
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
  /// @param devices those that were found to use the id; when they are several, and none was
  ///     asked for, nothing else is told
  /// @param waits each time that it was handed over to be tried again
  /// @param complete whether all was looked through that may tell of it
  record Found(
      Set<String> devices,
      @Nullable StoredEvent stored,
      List<LogRecord> raw,
      List<LogRecord> waits,
      List<LogRecord> enriched,
      List<DeadLetters.Letter> deadLetters,
      boolean complete) {

    private static Found choiceOf(Set<String> devices) {
      return new Found(devices, null, List.of(), List.of(), List.of(), List.of(), true);
    }

    /// Without a device there may be messages whose sender nobody knows.
    boolean isEmpty() {
      return devices.isEmpty() && raw.isEmpty() && waits.isEmpty() && deadLetters.isEmpty();
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

  /// Which messages are looked for. Their key is the device that sent them, as far as the door
  /// knew: one without a key may be of any device.
  private record Sought(EventId id, @Nullable DeviceId device) {

    boolean isIn(LogRecord record) {
      return record.headers().text(HeaderNames.EVENT_ID).filter(id.value()::equals).isPresent()
          && mayBeOf(record.key());
    }

    boolean isIn(DeadLetters.Letter letter) {
      return letter.eventId().equals(id.value()) && mayBeOf(letter.device());
    }

    private boolean mayBeOf(@Nullable String sender) {
      return device == null || sender == null || sender.equals(device.value());
    }
  }

  /// @param device whose event it is; null when the id alone is known
  Found find(EventId id, @Nullable DeviceId device) {
    Sought sought = new Sought(id, device);
    List<StoredEvent> rows =
        device == null ? store.events(id, FOUND_MAX) : store.event(device, id).stream().toList();
    StoredEvent stored = rows.isEmpty() ? null : rows.getFirst();
    DeadLetters.Page dead = letters.list(sought::isIn, Map.of(), FOUND_MAX);
    Looked looked = look(sought, stored, dead.letters());
    Set<String> devices = new TreeSet<>();
    rows.forEach(row -> devices.add(row.device().value()));
    dead.letters().forEach(letter -> add(devices, letter.device()));
    looked.all().forEach(record -> add(devices, record.key()));
    if (device == null && devices.size() > 1) {
      return Found.choiceOf(devices);
    }
    return new Found(
        devices,
        stored,
        looked.raw.records(),
        looked.waits.records(),
        looked.enriched.records(),
        dead.letters(),
        looked.complete() && dead.next().isEmpty());
  }

  private static void add(Set<String> devices, @Nullable String sender) {
    if (sender != null) {
      devices.add(sender);
    }
  }

  /// What the log tells.
  private record Looked(Part raw, Part waits, Part enriched) {

    List<LogRecord> all() {
      List<LogRecord> all = new ArrayList<>(raw.records);
      all.addAll(waits.records);
      all.addAll(enriched.records);
      return all;
    }

    boolean complete() {
      return raw.complete && waits.complete && enriched.complete;
    }
  }

  private record Part(List<LogRecord> records, boolean complete) {

    static final Part NOTHING = new Part(List.of(), true);
  }

  private Looked look(Sought sought, @Nullable StoredEvent stored, List<DeadLetters.Letter> dead) {
    Optional<Instant> came = came(sought.id, stored, dead);
    if (came.isEmpty()) {
      return new Looked(Part.NOTHING, Part.NOTHING, Part.NOTHING);
    }
    long from = came.get().minus(AROUND).toEpochMilli();
    // What is tried again, or replayed, is appended later and keeps the time when it came.
    long to =
        stored == null || !dead.isEmpty()
            ? NEVER
            : later(came.get(), stored.storedAt()).plus(AROUND).toEpochMilli();
    return new Looked(
        records(topics.raw(), sought, from, to),
        records(topics.retry(), sought, from, to),
        records(topics.enriched(), sought, from, to));
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

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

  private Part records(Topic topic, Sought sought, long fromMillis, long toMillis) {
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
                if (found.size() < FOUND_MAX && sought.isIn(record)) {
                  found.add(record);
                }
              });
      found.sort(IN_ORDER);
      return new Part(found, read && ranges.equals(wanted));
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
}
