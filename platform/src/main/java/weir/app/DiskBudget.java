package weir.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.app.watch.DiskOutlook;
import weir.series.questdb.QuestDbStore;

/// Keeps the embedded log, the embedded series and the deliveries within a number of bytes by
/// removing the oldest of the first two: day by day what is older than today, of both alike; then
/// today's log, hour by hour; then rollups, month by month. Today's series stay, and so do the
/// deliveries and what a stage has still to read.
///
/// One thread runs it after each measurement; each time it takes one step, because the disk is
/// free only some seconds later. Any thread asks.
final class DiskBudget implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(DiskBudget.class);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final Disk disk;
  private final long budget;
  private final Duration logRetention;
  private final @Nullable LogTrim log;
  private final @Nullable QuestDbStore series;
  private final InstantSource clock;
  private final DiskOutlook outlook = new DiskOutlook();
  private final AtomicLong recordsRemoved = new AtomicLong();
  private final AtomicLong eventsRemoved = new AtomicLong();
  private volatile long used;
  private volatile boolean helpless;

  /// @param logRetention nothing in the log is older
  /// @param log null when it is not in this process
  /// @param series null when they are not in this process
  DiskBudget(
      Disk disk,
      long budget,
      Duration logRetention,
      @Nullable LogTrim log,
      @Nullable QuestDbStore series,
      InstantSource clock) {
    this.disk = disk;
    this.budget = budget;
    this.logRetention = logRetention;
    this.log = log;
    this.series = series;
    this.clock = clock;
  }

  @Override
  public void run() {
    used =
        (log != null ? disk.bytes().getOrDefault(Disk.LOG, 0L) : 0)
            + (series != null ? disk.bytes().getOrDefault(Disk.SERIES, 0L) : 0)
            + disk.bytes().getOrDefault(Disk.DELIVERIES, 0L);
    outlook.add(clock.instant(), used);
    helpless = used > budget && !removeOldest();
  }

  /// Whether there was anything to remove.
  private boolean removeOldest() {
    Instant now = clock.instant();
    Instant today = now.truncatedTo(ChronoUnit.DAYS);
    for (Instant day = oldestDay(today); day.isBefore(today); day = day.plus(DAY)) {
      if (removeDay(day.plus(DAY))) {
        return true;
      }
    }
    Instant end = now.plus(HOUR).plus(LogTrim.ENRICHED_LONGER);
    for (Instant hour = today.plus(HOUR); hour.isBefore(end); hour = hour.plus(HOUR)) {
      if (trim(hour)) {
        return true;
      }
    }
    return series != null && series.removeOldestRollups();
  }

  private Instant oldestDay(Instant today) {
    Instant ofLog = today.minus(logRetention).truncatedTo(ChronoUnit.DAYS);
    Optional<Instant> ofSeries = series == null ? Optional.empty() : series.oldestDay();
    return ofSeries.filter(ofLog::isAfter).orElse(ofLog);
  }

  private boolean removeDay(Instant end) {
    boolean trimmed = trim(end);
    if (series == null || series.oldestDay().filter(end::isAfter).isEmpty()) {
      return trimmed;
    }
    long events = series.makeRoom(end);
    eventsRemoved.addAndGet(events);
    LOG.warn("made room in the series usedBytes={} before={} events={}", used, end, events);
    return true;
  }

  private boolean trim(Instant before) {
    long records = log == null ? 0 : log.removeBefore(before);
    recordsRemoved.addAndGet(records);
    if (records > 0) {
      LOG.warn("made room in the log usedBytes={} before={} records={}", used, before, records);
    }
    return records > 0;
  }

  /// What is wrong: nothing more may be removed, and it is still too much.
  Optional<String> trouble() {
    return helpless
        ? Optional.of(
            "%d bytes over disk.budget, and the rest is of today, or waits for a stage or a receiver"
                .formatted(used - budget))
        : Optional.empty();
  }

  long bytes() {
    return budget;
  }

  long usedBytes() {
    return used;
  }

  /// Days until the oldest begins to go; 0 when it has.
  OptionalDouble daysLeft() {
    return outlook.daysLeft(Math.max(0, budget - used));
  }

  long recordsRemoved() {
    return recordsRemoved.get();
  }

  long eventsRemoved() {
    return eventsRemoved.get();
  }
}
