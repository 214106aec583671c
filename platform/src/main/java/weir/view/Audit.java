package weir.view;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.EventKey;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Tally;
import weir.log.Topic;
import weir.log.Topics;

/// Compares what the log holds with what the store and the dead letters hold, id by id.
///
/// Every message of the raw topic that all stages have passed must be in the store or among
/// the dead letters or wait for a retry, or be so old that the store may have removed it; and
/// the store must hold no event twice. It reads everything, so it takes about a second for
/// each million events; ids are held as 64-bit hashes, in as many passes as keep them under
/// [#IDS_PER_PASS]. It fails when it cannot read everything. Safe for many threads.
public final class Audit {

  private static final int IDS_PER_PASS = 2_000_000;
  private static final int EXAMPLES_MAX = 20;

  /// Of a message that names its device in the payload alone.
  private static final String NO_DEVICE = "";

  private static final UUID NO_ID = new UUID(0, 0);

  /// What the audit asks of the store.
  public interface Stored {

    /// Waits until everything written before the call is counted and handed out.
    void awaitWritten();

    long count();

    /// Hands every stored event's key to the visitor; an event stored twice comes twice.
    void forEach(Consumer<EventKey> visitor);

    /// Whether anything was ever removed because it was past its retention.
    boolean hasRetired();

    /// Whether events of this type and time are past their retention.
    boolean isRetired(String type, Instant time);
  }

  /// What was found.
  ///
  /// @param checked raw messages that were looked for
  /// @param repeated raw messages under an id that was seen before; stored once, rightly
  /// @param retired raw messages whose events are past their retention and not stored any more
  /// @param missing raw messages that are nowhere
  /// @param storedTwice events that the store holds more than once
  /// @param examples ids of some missing messages
  public record Report(
      long checked,
      long stored,
      long repeated,
      long setAside,
      long retired,
      long missing,
      long storedTwice,
      List<String> examples,
      Books.Sheet books) {

    public Report {
      examples = List.copyOf(examples);
    }

    public boolean clean() {
      return missing == 0 && storedTwice == 0 && books.balanced();
    }
  }

  private final EventLog log;
  private final Topics topics;
  private final Stored store;
  private final Books books;

  public Audit(EventLog log, Topics topics, Stored store, Books books) {
    this.log = log;
    this.topics = topics;
    this.store = store;
    this.books = books;
  }

  /// Reads everything and compares.
  public Report run() {
    Map<Partition, EventLog.OffsetRange> passed = passed();
    store.awaitWritten();
    long messages = passed.values().stream().mapToLong(range -> range.end() - range.start()).sum();
    int passes = (int) (1 + Math.max(messages, store.count()) / IDS_PER_PASS);
    Findings findings = new Findings();
    for (int pass = 0; pass < passes; pass++) {
      compare(pass, passes, passed, findings);
    }
    return findings.report(books.sheet());
  }

  /// The raw messages that every stage is done with: up to the last one whose enriched form was
  /// stored, or up to where the pipeline is when nothing waits behind it.
  private Map<Partition, EventLog.OffsetRange> passed() {
    Map<Partition, EventLog.Committed> series = log.committed(Groups.SERIES);
    Map<Partition, EventLog.OffsetRange> enriched = log.ranges(Set.of(topics.enriched()));
    Map<Partition, EventLog.Committed> pipeline = log.committed(Groups.PIPELINE);
    Map<Partition, EventLog.OffsetRange> passed = new HashMap<>();
    log.ranges(Set.of(topics.raw()))
        .forEach(
            (raw, range) -> {
              EventLog.Committed read = pipeline.get(raw);
              if (read == null) {
                return;
              }
              Partition sink = new Partition(topics.enriched(), raw.number());
              long end = doneUpTo(read.offset(), series.get(sink), enriched.get(sink));
              passed.put(
                  raw, new EventLog.OffsetRange(range.start(), Math.max(range.start(), end)));
            });
    return passed;
  }

  private static long doneUpTo(
      long pipelineOffset,
      EventLog.@Nullable Committed stored,
      EventLog.@Nullable OffsetRange enriched) {
    long storedOffset = stored == null ? 0 : stored.offset();
    if (enriched == null || storedOffset >= enriched.end()) {
      return pipelineOffset;
    }
    long lastStored = stored == null ? -1 : Tally.parse(stored.note()).get("raw");
    return Math.min(pipelineOffset, lastStored + 1);
  }

  private void compare(
      int pass, int passes, Map<Partition, EventLog.OffsetRange> passed, Findings findings) {
    LongSet stored = new LongSet();
    store.forEach(
        key -> {
          if (isIn(pass, passes, key)) {
            if (add(stored, key)) {
              findings.stored++;
            } else {
              findings.storedTwice++;
            }
          }
        });
    LongSet waitingOrAside = new LongSet();
    collect(topics.dlq(), pass, passes, waitingOrAside);
    collect(topics.retry(), pass, passes, waitingOrAside);
    LongSet retired = retired(pass, passes);
    LongSet seen = new LongSet();
    read(
        passed,
        record -> {
          String id = record.headers().text(HeaderNames.EVENT_ID).orElse("");
          EventKey key = key(record);
          if (isIn(pass, passes, key)) {
            findings.check(id, hash(key), seen, stored, waitingOrAside, retired);
          }
        });
  }

  /// What was read in part says nothing of the rest.
  private void read(Map<Partition, EventLog.OffsetRange> ranges, Consumer<LogRecord> visitor) {
    try (EventLog.LogReader reader = log.reader()) {
      if (!Scan.all(reader, ranges, visitor)) {
        throw new LogException("the log did not hand out everything of " + ranges.keySet());
      }
    }
  }

  /// Events that the log still has and the store need not have any more.
  private LongSet retired(int pass, int passes) {
    LongSet retired = new LongSet();
    if (!store.hasRetired()) {
      return retired;
    }
    read(
        log.ranges(Set.of(topics.enriched())),
        record -> {
          byte[] value = record.value();
          byte[] header = record.headers().bytes(HeaderNames.EVENT).orElse(null);
          if (value != null && header != null) {
            Event event = EventHeader.decode(header, value).event();
            EventKey key = event.key();
            if (isIn(pass, passes, key) && store.isRetired(event.type(), event.time())) {
              add(retired, key);
            }
          }
        });
    return retired;
  }

  private void collect(Topic topic, int pass, int passes, LongSet into) {
    read(
        log.ranges(Set.of(topic)),
        record -> {
          EventKey key = key(record);
          if (isIn(pass, passes, key)) {
            into.add(hash(key));
          }
        });
  }

  private static EventKey key(LogRecord record) {
    String id = record.headers().text(HeaderNames.EVENT_ID).orElse("");
    UUID uuid = EventId.parse(id).map(EventId::uuid).orElse(NO_ID);
    String device = record.key();
    return new EventKey(device == null ? NO_DEVICE : device, uuid);
  }

  /// Adds the event so that it is also found by a message that does not name the device. False
  /// when it was there.
  private static boolean add(LongSet events, EventKey key) {
    events.add(hash(new EventKey(NO_DEVICE, key.id())));
    return events.add(hash(key));
  }

  private static boolean isIn(int pass, int passes, EventKey key) {
    return Math.floorMod(key.id().getLeastSignificantBits(), passes) == pass;
  }

  /// 64 bits of both; two of ten million events collide with a chance of one in 370,000.
  private static long hash(EventKey key) {
    UUID id = key.id();
    long mixed = (id.getMostSignificantBits() ^ key.device().hashCode()) * 0x9E37_79B9_7F4A_7C15L;
    return (mixed ^ (mixed >>> 32)) + id.getLeastSignificantBits();
  }

  /// What is found while reading.
  private static final class Findings {
    private long checked;
    private long stored;
    private long repeated;
    private long setAside;
    private long retired;
    private long missing;
    private long storedTwice;
    private final List<String> examples = new ArrayList<>();

    void check(
        String id,
        long hash,
        LongSet seen,
        LongSet inStore,
        LongSet waitingOrAside,
        LongSet pastRetention) {
      checked++;
      if (!seen.add(hash)) {
        repeated++;
      } else if (inStore.contains(hash)) {
        return;
      } else if (waitingOrAside.contains(hash)) {
        setAside++;
      } else if (pastRetention.contains(hash)) {
        retired++;
      } else {
        missing++;
        if (examples.size() < EXAMPLES_MAX) {
          examples.add(id);
        }
      }
    }

    Report report(Books.Sheet sheet) {
      return new Report(
          checked, stored, repeated, setAside, retired, missing, storedTwice, examples, sheet);
    }
  }
}
