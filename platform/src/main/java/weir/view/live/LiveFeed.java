package weir.view.live;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.Topics;
import weir.view.Books;
import weir.view.Pulse;
import weir.view.topic.Tail;

/// What flows now, for all who watch. One thread, `weir-live`, asks the log where its ends
/// are and reads the newest enriched messages, at most [#READ_MAX] a beat however much
/// flows; what it does not read it counts by offset. Only messages that someone is shown
/// become JSON.
///
/// While nobody watches it beats once a second instead of four times, and reads
/// [#IDLE_READ_MAX] messages. At most [#WATCHERS_MAX] watch at a time. When the log is away
/// it says so in the figures, tries again, and counts what it did not read.
public final class LiveFeed implements AutoCloseable {

  static final int READ_MAX = 1_000;
  static final int IDLE_READ_MAX = 100;
  static final int WATCHERS_MAX = 64;

  /// Messages that one watcher is given a beat.
  static final int SHOWN_MAX = 6;

  private static final Logger LOGGER = LoggerFactory.getLogger(LiveFeed.class);
  private static final Duration BEAT = Duration.ofMillis(250);
  private static final Duration IDLE_BEAT = Duration.ofSeconds(1);
  private static final Duration BOOKS_BEAT = Duration.ofSeconds(2);
  private static final Duration RECENT = Duration.ofSeconds(5);
  private static final int TOP = 8;
  private static final int TYPES_MAX = 64;

  private final EventLog log;
  private final Topics topics;
  private final Books books;
  private final Gauges gauges;
  private final InstantSource clock;
  private final RateHistory history = new RateHistory();
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final Pulse pulse;
  private final Tail enriched;
  private final Tail raw;
  private final Talkers devices;
  private final Talkers types;
  private String trouble = "";
  private double trends;

  /// Messages that were read for a beat that failed.
  private long unshown;

  private RateHistory.Totals totals = new RateHistory.Totals(0, 0, 0, 0, 0);
  private Figures.Lag lag = new Figures.Lag(0, 0, 0);
  private Books.Sheet sheet =
      new Books.Sheet(List.of(), new Books.Line("total", 0, 0, 0, 0), 0, List.of());
  private long nextTotals;
  private long nextBooks;
  private boolean recalled;
  private final long startedMillis;

  public LiveFeed(EventLog log, Topics topics, Gauges gauges, InstantSource clock) {
    this.log = log;
    this.topics = topics;
    this.gauges = gauges;
    this.clock = clock;
    startedMillis = clock.millis();
    books = new Books(log, topics);
    enriched = new Tail(log, topics.enriched());
    raw = new Tail(log, topics.raw());
    devices = new Talkers(clock.millis());
    types = new Talkers(clock.millis());
    pulse = new Pulse("weir-live", this::tryBeat, this::end);
  }

  public void start() {
    pulse.start();
  }

  /// Adds someone who watches; empty when too many do.
  ///
  /// @param after where it was when it lost the connection, by partition
  Optional<Watcher> watch(Wish wish, Map<Integer, Long> after) {
    if (watchers.size() >= WATCHERS_MAX || pulse.isClosing()) {
      return Optional.empty();
    }
    Watcher watcher = new Watcher(wish, after);
    watchers.add(watcher);
    pulse.wake();
    return Optional.of(watcher);
  }

  void leave(Watcher watcher) {
    watchers.remove(watcher);
  }

  RateHistory history() {
    return history;
  }

  private void recall() {
    try {
      new Recall(log, topics, history).run(startedMillis);
    } catch (LogException e) {
      LOGGER.warn("rates from before the start stay unknown reason={}", e.getMessage());
    }
  }

  private void end() {
    enriched.close();
    raw.close();
    watchers.forEach(Watcher::end);
  }

  private Duration tryBeat() {
    try {
      beat();
      trouble = "";
    } catch (LogException e) {
      stumble(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      // One message that nobody foresaw must not take the picture away from all who watch. It is
      // behind the reader, so that the next beat does not meet it again.
      stumble("a message could not be shown: " + e, e);
    }
    return watchers.isEmpty() || !trouble.isEmpty() ? IDLE_BEAT : BEAT;
  }

  private void stumble(String what, RuntimeException why) {
    if (trouble.isEmpty()) {
      LOGGER.warn("the live stream stumbled and goes on error={}", what, why);
    }
    trouble = what;
    enriched.close();
    raw.close();
    show();
  }

  private void beat() {
    long now = clock.millis();
    boolean watched = !watchers.isEmpty();
    if (now >= nextTotals) {
      nextTotals = now + IDLE_BEAT.toMillis();
      countTotals();
    }
    if (watched && !recalled) {
      recalled = true;
      Thread _ = Thread.ofVirtual().name("weir-live-recall").start(this::recall);
    }
    if (watched && now >= nextBooks) {
      nextBooks = now + BOOKS_BEAT.toMillis();
      sheet = books.sheet();
    }
    readEnriched(enriched.read(watched ? READ_MAX : IDLE_READ_MAX));
    if (watchers.stream().anyMatch(watcher -> watcher.wish().messages() == Wish.Messages.RAW)) {
      readRaw(raw.read(READ_MAX));
    } else {
      raw.forget();
    }
    if (watched) {
      show();
    }
  }

  /// Goes against the stream, so that no stage seems to have passed more than came.
  private void countTotals() {
    long stored = passed(Groups.SERIES, topics.enriched());
    long decided = passed(Groups.PIPELINE, topics.raw());
    Map<Topic, Long> ends = new HashMap<>();
    log.ranges(Set.of(topics.raw(), topics.enriched(), topics.dlq(), topics.retry()))
        .forEach((partition, range) -> ends.merge(partition.topic(), range.end(), Long::sum));
    long rawEnd = ends.getOrDefault(topics.raw(), 0L);
    long enrichedEnd = ends.getOrDefault(topics.enriched(), 0L);
    long retryEnd = ends.getOrDefault(topics.retry(), 0L);
    totals =
        new RateHistory.Totals(
            rawEnd, enrichedEnd, stored, ends.getOrDefault(topics.dlq(), 0L), trends);
    lag =
        new Figures.Lag(
            rawEnd - decided,
            enrichedEnd - stored,
            retryEnd - passed(Groups.RETRY, topics.retry()));
    history.add(clock.millis(), totals);
  }

  private long passed(String group, Topic topic) {
    long passed = 0;
    for (Map.Entry<Partition, EventLog.Committed> entry : log.committed(group).entrySet()) {
      if (entry.getKey().topic().equals(topic)) {
        passed += entry.getValue().offset();
      }
    }
    return passed;
  }

  /// Counts each message that was read for those that were skipped beside it.
  private void readEnriched(Tail.Read read) {
    long skipped = unshown + read.skipped();
    unshown = skipped + read.records().size();
    double weight = 1 + (double) read.skipped() / Math.max(1, read.records().size());
    long now = clock.millis();
    Shown shown = new Shown(watchers, Wish.Messages.ENRICHED);
    for (LogRecord record : read.records()) {
      byte[] header = record.headers().bytes(HeaderNames.EVENT).orElse(null);
      if (header == null) {
        continue;
      }
      EventHeader.Head head = EventHeader.head(header);
      devices.count(head.device(), weight, now);
      types.count(head.type(), weight, now);
      if (head.kind().equals("trends")) {
        trends += weight;
      }
      shown.offer(record, head);
    }
    shown.deliver(skipped, read.before(), enriched.place());
    unshown = 0;
  }

  private void readRaw(Tail.Read read) {
    Shown shown = new Shown(watchers, Wish.Messages.RAW);
    read.records().forEach(shown::offerRaw);
    shown.deliver(read.skipped(), read.before(), raw.place());
  }

  private void show() {
    List<Watcher> wanting = new ArrayList<>(watchers);
    wanting.removeIf(watcher -> !watcher.wish().figures());
    if (wanting.isEmpty()) {
      return;
    }
    long now = clock.millis();
    String json =
        new Figures(
                now,
                totals,
                history.recent(RECENT),
                lag,
                sheet,
                devices.top(TOP, now),
                types.top(TYPES_MAX, now),
                gauges.now(),
                trouble)
            .json();
    wanting.forEach(watcher -> watcher.putFigures(json));
  }

  @Override
  public void close() {
    pulse.close();
  }
}
