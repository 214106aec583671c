package weir.series.questdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.series.Micros;
import weir.series.RetentionClass;
import weir.series.StoreLimits;

/// Removes the days that are past their class's retention, or that have to make room, and counts
/// the events in them, so that the books can tell removed from lost. The counts are lines in a
/// small file; another keeps the time before which everything had to make room.
final class Retirement {

  private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

  private final Engine engine;
  private final Tables tables;
  private final Path file;
  private final Path roomFile;
  private final Duration rollupRetention;
  private final AtomicLong retired = new AtomicLong();
  private volatile Instant roomMadeBefore = Instant.MIN;

  Retirement(Engine engine, Tables tables, QuestDbSettings settings, StoreLimits limits) {
    this.engine = engine;
    this.tables = tables;
    this.file = settings.directory().resolve("retired.txt");
    this.roomFile = settings.directory().resolve("room-made-before.txt");
    this.rollupRetention = limits.rollupRetention();
    try {
      if (Files.exists(file)) {
        Files.readAllLines(file).forEach(line -> retired.addAndGet(Long.parseLong(line)));
      }
      if (Files.exists(roomFile)) {
        roomMadeBefore = Instant.parse(Files.readString(roomFile));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + " or " + roomFile, e);
    }
  }

  void retire(Instant now) {
    for (RetentionClass kept : tables.classes()) {
      if (kept.days() == RetentionClass.FOR_EVER) {
        continue;
      }
      long boundary = Micros.of(kept.boundary(now));
      retireEvents(kept, boundary);
      dropBefore(kept.readings(), boundary);
      dropBefore(kept.texts(), boundary);
    }
    dropBefore(Tables.HOURLY, Micros.of(now.minus(rollupRetention)));
  }

  /// The start of the oldest day of which there is anything but rollups.
  Optional<Instant> oldestDay() {
    return tables.classes().stream()
        .flatMap(kept -> Stream.of(kept.events(), kept.readings(), kept.texts()))
        .flatMap(table -> oldest(table).stream())
        .min(Comparator.naturalOrder())
        .map(oldest -> oldest.truncatedTo(ChronoUnit.DAYS));
  }

  private Optional<Instant> oldest(String table) {
    List<Instant> found = new ArrayList<>();
    engine.select(
        "select ts from " + table + " limit 1",
        List.of(),
        row -> found.add(Micros.instant(row.getTimestamp(0))));
    return found.stream().findFirst();
  }

  /// Removes everything but rollups from before the start of a day, whatever its retention.
  ///
  /// @return how many events that were
  long makeRoom(Instant day) {
    noteRoom(day);
    long boundary = Micros.of(day);
    long before = retired.get();
    for (RetentionClass kept : tables.classes()) {
      retireEvents(kept, boundary);
      dropBefore(kept.readings(), boundary);
      dropBefore(kept.texts(), boundary);
    }
    return retired.get() - before;
  }

  /// Noted first: after a crash in between, what is still there does no harm.
  private void noteRoom(Instant day) {
    Path fresh = roomFile.resolveSibling(roomFile.getFileName() + ".new");
    try {
      Files.writeString(fresh, day.toString());
      Files.move(fresh, roomFile, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + roomFile, e);
    }
    roomMadeBefore = day;
  }

  /// Removes the oldest month of rollups, unless it is the month of this time.
  boolean removeOldestRollups(Instant now) {
    Optional<YearMonth> month =
        oldest(Tables.HOURLY)
            .map(Retirement::monthOf)
            .filter(oldest -> oldest.isBefore(monthOf(now)));
    month.ifPresent(
        oldest -> {
          LocalDate next = oldest.plusMonths(1).atDay(1);
          dropBefore(Tables.HOURLY, Micros.of(next.atStartOfDay(ZoneOffset.UTC).toInstant()));
        });
    return month.isPresent();
  }

  private static YearMonth monthOf(Instant time) {
    return YearMonth.from(time.atOffset(ZoneOffset.UTC));
  }

  boolean madeRoomBefore(Instant time) {
    return time.isBefore(roomMadeBefore);
  }

  private void retireEvents(RetentionClass kept, long boundary) {
    long[] count = {0};
    engine.select(
        "select count() from " + kept.events() + " where ts < " + boundary,
        List.of(),
        row -> count[0] = row.getLong(0));
    if (count[0] == 0) {
      return;
    }
    note(count[0]);
    engine.executeQueued("alter table " + kept.events() + " drop partition where ts < " + boundary);
    retired.addAndGet(count[0]);
    LOG.info("removed old events class={} events={}", kept.suffix(), count[0]);
  }

  /// Noted first: after a crash in between they are counted again, but never taken for lost.
  private void note(long events) {
    try {
      Files.writeString(
          file,
          events + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          StandardOpenOption.SYNC);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /// Partitions that end before the boundary go; one that reaches beyond it stays whole.
  private void dropBefore(String table, long boundary) {
    boolean[] any = {false};
    engine.select(
        "select ts from " + table + " where ts < " + boundary + " limit 1",
        List.of(),
        row -> any[0] = true);
    if (any[0]) {
      engine.executeQueued("alter table " + table + " drop partition where ts < " + boundary);
    }
  }

  long count() {
    return retired.get();
  }
}
