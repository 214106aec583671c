package weir.view.monitor;

import java.nio.BufferUnderflowException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.view.Pulse;
import weir.view.Scan;

/// Reads every enriched event for those who look at an application's numbers: what comes, and
/// what came before from the log, minute by minute backwards, as far as somebody looks. The
/// store is not asked.
///
/// One thread, `weir-monitor`. It begins when somebody looks, ends and forgets all when
/// nobody has looked for [#IDLE], and rests as long as it reads the past, so that a long past
/// takes half a processor at most. When the log is away it begins again.
public final class FleetReader implements AutoCloseable {

  static final Duration IDLE = Duration.ofMinutes(10);

  private static final Logger LOGGER = LoggerFactory.getLogger(FleetReader.class);
  private static final Duration BEAT = Duration.ofMillis(250);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration CHUNK = Duration.ofMinutes(1);

  private final EventLog log;
  private final Topic topic;
  private final InstantSource clock;
  private final FleetFigures figures = new FleetFigures();
  private final Pulse pulse;
  private volatile long wantedUntil;
  private volatile Instant wantedFrom = Instant.MAX;
  private long nextTidy;

  public FleetReader(EventLog log, Topic enriched, InstantSource clock) {
    this.log = log;
    this.topic = enriched;
    this.clock = clock;
    pulse = new Pulse("weir-monitor", this::followIfWanted, () -> {});
  }

  public void start() {
    pulse.start();
  }

  /// The figures, from this time on; they are kept until nobody asks for them any more.
  FleetFigures figures(Instant from) {
    boolean fresh = !isWanted();
    wantedUntil = clock.millis() + IDLE.toMillis();
    if (from.isBefore(wantedFrom)) {
      wantedFrom = from;
    }
    if (fresh) {
      pulse.wake();
    }
    return figures;
  }

  private boolean isWanted() {
    return !pulse.isClosing() && clock.millis() < wantedUntil;
  }

  private Duration followIfWanted() {
    if (isWanted()) {
      tryFollow();
    }
    return PAUSE;
  }

  private void tryFollow() {
    try (EventLog.LogReader live = log.reader();
        EventLog.LogReader past = log.reader()) {
      follow(live, past);
    } catch (LogException e) {
      LOGGER.warn("the numbers of applications begin anew reason={}", e.getMessage());
    } catch (RuntimeException e) {
      // One message that nobody foresaw must not take the numbers away for good.
      LOGGER.warn("the numbers of applications begin anew", e);
    } finally {
      wantedFrom = Instant.MAX;
      figures.forget();
    }
  }

  private void follow(EventLog.LogReader live, EventLog.LogReader past) {
    Instant start = clock.instant();
    Map<Partition, OffsetRange> ranges = log.ranges(Set.of(topic));
    if (ranges.isEmpty()) {
      return;
    }
    Map<Partition, Long> ends = new HashMap<>();
    ranges.forEach((partition, range) -> ends.put(partition, range.end()));
    live.seek(ends);
    figures.reach(start);
    Past back = new Past(past, ranges, start);
    while (isWanted()) {
      long before = System.nanoTime();
      boolean more = back.readMinute();
      readLive(live, more ? Duration.ofNanos(System.nanoTime() - before) : BEAT);
      tidy();
    }
  }

  private void readLive(EventLog.LogReader live, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos();
        left > 0 && !pulse.isClosing();
        left = end - System.nanoTime()) {
      live.poll(Duration.ofNanos(left)).forEach(this::add);
    }
  }

  private void add(LogRecord record) {
    byte[] header = record.headers().bytes(HeaderNames.EVENT).orElse(null);
    if (header == null) {
      return;
    }
    EventHeader.Measurements said;
    try {
      said = EventHeader.measurements(header);
    } catch (IllegalArgumentException | BufferUnderflowException ofAnotherVersion) {
      return;
    }
    figures.add(said, clock.millis());
  }

  private void tidy() {
    long now = clock.millis();
    if (now >= nextTidy) {
      nextTidy = now + CHUNK.toMillis();
      figures.tidy(now);
    }
  }

  /// What was in the log when somebody began to look, read from its end backwards.
  private final class Past {

    private final EventLog.LogReader reader;
    private final Map<Partition, OffsetRange> ranges;
    private final Map<Partition, Long> edge = new HashMap<>();
    private Instant since;
    private boolean whole;

    Past(EventLog.LogReader reader, Map<Partition, OffsetRange> ranges, Instant since) {
      this.reader = reader;
      this.ranges = ranges;
      this.since = since;
      ranges.forEach((partition, range) -> edge.put(partition, range.end()));
    }

    /// Reads a minute more, if it is wanted and there is one; says whether.
    boolean readMinute() {
      if (whole || !since.isAfter(wantedFrom)) {
        return false;
      }
      Instant from = since.minus(CHUNK);
      Map<Partition, Long> found = log.offsetsAt(Set.of(topic), from.toEpochMilli());
      Map<Partition, OffsetRange> chunk = new HashMap<>();
      ranges.forEach(
          (partition, range) -> {
            long to = edge.getOrDefault(partition, range.end());
            long first = found.getOrDefault(partition, range.start());
            chunk.put(partition, new OffsetRange(Math.clamp(first, range.start(), to), to));
          });
      if (!Scan.all(reader, chunk, FleetReader.this::add)) {
        throw new LogException("the past of " + topic.name() + " could not be read");
      }
      chunk.forEach((partition, range) -> edge.put(partition, range.start()));
      since = from;
      whole = ranges.entrySet().stream().allMatch(this::isAtStart);
      figures.reach(whole && isUncut() ? Instant.EPOCH : since);
      return true;
    }

    private boolean isAtStart(Map.Entry<Partition, OffsetRange> range) {
      return edge.getOrDefault(range.getKey(), 0L) <= range.getValue().start();
    }

    /// Whether nothing has been removed from the log, so that there never was anything before.
    private boolean isUncut() {
      return ranges.values().stream().allMatch(range -> range.start() == 0);
    }
  }

  @Override
  public void close() {
    pulse.close();
  }
}
