package weir.view;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topics;
import weir.view.topic.Cursor;
import weir.view.topic.TopicBrowser;

/// What was set aside: listed, shown, and sent through the pipeline again.
///
/// A replay appends the original bytes to the raw topic under the same event id, and then a
/// marker (a record without a value) to the dead letters, so that a letter is replayed once,
/// however often it is asked for. A crash between the two can replay a letter twice; the
/// event id keeps it stored once. Safe for many threads. The first call reads the whole topic
/// to learn what was replayed; that alone is remembered.
public final class DeadLetters {

  /// One dead letter.
  ///
  /// @param position its name: `partition-offset` in the dead-letter topic
  /// @param origin where the message was in the log when it was set aside
  /// @param tries how often the work queue has brought the message again before
  @SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied.
  public record Letter(
      String position,
      String eventId,
      @Nullable String device,
      String family,
      String reason,
      String detail,
      String door,
      String path,
      String origin,
      long receivedMillis,
      int tries,
      boolean replayed,
      byte[] payload) {}

  /// Letters are sent again in parcels of about so many bytes, each marked before the next is
  /// collected.
  static final int PARCEL_BYTES_MAX = 4 * 1024 * 1024;

  private static final int PARCEL_LETTERS_MAX = 1_000;
  private static final Pattern POSITION = Pattern.compile("[0-9]{1,5}-[0-9]{1,18}");

  private final EventLog log;
  private final Topics topics;

  private final TopicBrowser browser;
  private final Set<String> replayed = ConcurrentHashMap.newKeySet();
  private final Map<Partition, Long> markersRead = new HashMap<>();

  public DeadLetters(EventLog log, Topics topics) {
    this.log = log;
    this.topics = topics;
    browser = new TopicBrowser(log, System::nanoTime);
  }

  /// Some letters, newest first.
  ///
  /// @param next where to go on, as a [Cursor]; empty when there are no more
  public record Page(List<Letter> letters, String next) {}

  /// The newest letters that the filter lets through. Looks at a bounded number, so that a page
  /// may be short, or even empty, though there are more.
  ///
  /// @param cursor where the page before ended, by partition; empty for the first page
  public Page list(Predicate<Letter> filter, Map<Integer, Long> cursor, int limit) {
    learnReplayed();
    Map<Partition, OffsetRange> ranges = new HashMap<>();
    browser
        .ranges(topics.dlq())
        .forEach(
            (partition, range) -> {
              long usual = cursor.isEmpty() ? range.end() : range.start();
              long end = cursor.getOrDefault(partition.number(), usual);
              ranges.put(
                  partition,
                  new OffsetRange(range.start(), Math.clamp(end, range.start(), range.end())));
            });
    TopicBrowser.Page page =
        browser.backward(ranges, record -> letter(record).filter(filter).isPresent(), limit);
    return new Page(
        page.records().stream().flatMap(record -> letter(record).stream()).toList(),
        Cursor.text(page.next()));
  }

  public Optional<Letter> find(String position) {
    if (!POSITION.matcher(position).matches()) {
      return Optional.empty();
    }
    learnReplayed();
    String[] sides = position.split("-", 2);
    Partition partition = new Partition(topics.dlq(), Integer.parseInt(sides[0]));
    return browser.record(partition, Long.parseLong(sides[1])).flatMap(this::letter);
  }

  /// How many letters the filter lets through.
  public long count(Predicate<Letter> filter) {
    long[] count = {0};
    scan(letter -> count[0] += filter.test(letter) ? 1 : 0);
    return count[0];
  }

  /// Sends the letters that the filter lets through to the pipeline again, those not replayed
  /// yet, oldest first; returns their positions once all are durable. When it fails, those
  /// that were sent before are marked as replayed.
  public List<String> replay(Predicate<Letter> filter, int limit) {
    List<String> positions = new ArrayList<>();
    Parcel parcel = new Parcel();
    scan(
        letter -> {
          if (positions.size() < limit && !letter.replayed() && filter.test(letter)) {
            positions.add(letter.position());
            parcel.add(letter);
          }
        });
    parcel.send();
    return positions;
  }

  /// Letters that are sent together, so that those of a long replay are never in memory at
  /// once.
  private final class Parcel {

    private final List<Letter> chosen = new ArrayList<>();
    private int bytes;

    void add(Letter letter) {
      chosen.add(letter);
      bytes += letter.payload().length;
      if (bytes >= PARCEL_BYTES_MAX || chosen.size() == PARCEL_LETTERS_MAX) {
        send();
      }
    }

    void send() {
      DeadLetters.this.send(chosen);
      chosen.clear();
      bytes = 0;
    }
  }

  /// Sends letters to the pipeline again, those not replayed yet.
  public void replay(List<Letter> letters) {
    learnReplayed();
    Map<String, Letter> open = new LinkedHashMap<>();
    letters.forEach(letter -> open.putIfAbsent(letter.position(), letter));
    open.keySet().removeAll(replayed);
    send(open.values());
  }

  private void send(Collection<Letter> letters) {
    append(letters.stream().map(this::again).toList());
    append(letters.stream().map(this::marker).toList());
  }

  private void append(List<Entry> entries) {
    entries.stream().map(log::append).toList().forEach(CompletableFuture::join);
  }

  /// Sends a letter with other bytes or another path to the pipeline, under the same event
  /// id, and marks it as replayed; returns when both are durable.
  public void repair(Letter letter, byte[] payload, String path) {
    log.append(again(letter, payload, path)).join();
    log.append(marker(letter)).join();
  }

  private Entry again(Letter letter) {
    return again(letter, letter.payload(), letter.path());
  }

  private Entry again(Letter letter, byte[] payload, String path) {
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, letter.eventId())
            .add(HeaderNames.DOOR, letter.door())
            .add(HeaderNames.PATH, path)
            .add(HeaderNames.QOS, "1")
            .add(HeaderNames.REPLAY_OF, letter.position());
    if (letter.tries() > 0) {
      headers.add(HeaderNames.TRIES, Integer.toString(letter.tries()));
    }
    return new Entry(
        topics.raw(), Entry.BY_KEY, letter.device(), letter.receivedMillis(), payload, headers);
  }

  private Entry marker(Letter letter) {
    return new Entry(
        topics.dlq(),
        Entry.BY_KEY,
        letter.device(),
        letter.receivedMillis(),
        null,
        new Headers().add(HeaderNames.REPLAY_OF, letter.position()));
  }

  /// A record of the dead-letter topic; empty for a marker.
  public Optional<Letter> letter(LogRecord dead) {
    byte[] payload = dead.value();
    if (payload == null) {
      return Optional.empty();
    }
    Headers headers = dead.headers();
    String position = dead.position().partition().number() + "-" + dead.position().offset();
    return Optional.of(
        new Letter(
            position,
            headers.text(HeaderNames.EVENT_ID).orElse(""),
            dead.key(),
            headers.text(HeaderNames.FAMILY).orElse("unknown"),
            headers.text(HeaderNames.REASON).orElse("FAILED"),
            headers.text(HeaderNames.DETAIL).orElse(""),
            headers.text(HeaderNames.DOOR).orElse("mqtt"),
            headers.text(HeaderNames.PATH).orElse(""),
            headers.text(HeaderNames.ORIGIN).orElse(""),
            dead.timestampMillis(),
            headers.text(HeaderNames.TRIES).map(Integer::parseInt).orElse(0),
            replayed.contains(position),
            payload));
  }

  /// Reads every letter, oldest first.
  private void scan(Consumer<Letter> reader) {
    learnReplayed();
    read(log.ranges(Set.of(topics.dlq())), dead -> letter(dead).ifPresent(reader));
  }

  /// Reads the markers that came since it was last called.
  private synchronized void learnReplayed() {
    Map<Partition, OffsetRange> fresh = new HashMap<>();
    log.ranges(Set.of(topics.dlq()))
        .forEach(
            (partition, range) -> {
              long from = Math.max(range.start(), markersRead.getOrDefault(partition, 0L));
              fresh.put(partition, new OffsetRange(from, range.end()));
            });
    read(
        fresh,
        dead -> {
          if (dead.value() == null) {
            dead.headers().text(HeaderNames.REPLAY_OF).ifPresent(replayed::add);
          }
        });
    fresh.forEach((partition, range) -> markersRead.put(partition, range.end()));
  }

  private void read(Map<Partition, OffsetRange> ranges, Consumer<LogRecord> visitor) {
    try (EventLog.LogReader reader = log.reader()) {
      if (!Scan.all(reader, ranges, visitor)) {
        throw new LogException("the log did not hand out every dead letter");
      }
    }
  }
}
