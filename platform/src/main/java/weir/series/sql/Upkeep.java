package weir.series.sql;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.device.SqlEngine;
import weir.series.Micros;
import weir.series.RetentionClass;
import weir.series.StoreLimits;

/// Rollups and retention. Hours are marked by the writer in its transaction, and rolled up when
/// they are over and were left alone for a while.
final class Upkeep {

  /// Whose holder may remove what is old.
  static final String RETIREMENT = "series.retirement";

  private static final Logger LOGGER = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MARKS_MAX = 10_000;

  private final Database database;
  private final Dialect dialect;
  private final StoreLimits limits;
  private final long markEvery;
  private final Map<Long, Long> marked = new HashMap<>();
  private final Set<RetentionClass> classes = new HashSet<>();

  Upkeep(Database database, Dialect dialect, StoreLimits limits) {
    this.database = database;
    this.dialect = dialect;
    this.limits = limits;
    // A mark speaks for the writes that follow soon, all of them long committed when it is used.
    this.markEvery = limits.rollupDelay().toMillis() * 1_000 / 4;
  }

  /// Marks hours whose readings change, unless that was done lately. By the writer's thread.
  void mark(Handle handle, Collection<Long> hours, Instant now) {
    long micros = Micros.of(now);
    List<Object[]> fresh =
        hours.stream()
            .filter(hour -> !marked.containsKey(hour) || micros - marked.get(hour) >= markEvery)
            .map(hour -> new Object[] {dialect.time(hour), dialect.time(micros)})
            .toList();
    int _ = batch(handle, "INSERT INTO dirty_hour (hour, marked) VALUES (?, ?)", fresh);
  }

  /// Notes which classes there are, for the day when something of them is removed.
  void keep(Handle handle, Set<RetentionClass> seen) {
    List<Object[]> fresh =
        seen.stream()
            .filter(kept -> !classes.contains(kept))
            .map(kept -> new Object[] {kept.days()})
            .toList();
    int _ =
        batch(
            handle,
            "INSERT INTO kept_class (days, retired) VALUES (?, 0) ON CONFLICT DO NOTHING",
            fresh);
  }

  /// The transaction with these marks is committed.
  void committed(Collection<Long> hours, Set<RetentionClass> seen, Instant now) {
    long micros = Micros.of(now);
    if (marked.size() > MARKS_MAX) {
      marked.clear();
    }
    for (Long hour : hours) {
      marked.merge(hour, micros, (before, at) -> at - before >= markEvery ? at : before);
    }
    classes.addAll(seen);
  }

  void rollUp(Instant now) {
    int hours =
        database.writeBeside(
            handle -> {
              Set<Long> quiet = takeQuiet(handle, now);
              quiet.forEach(hour -> rollUp(handle, hour));
              return quiet.size();
            });
    LOGGER.debug("rolled up hours={}", hours);
  }

  private Set<Long> takeQuiet(Handle handle, Instant now) {
    return new TreeSet<>(
        query(
            handle,
            "DELETE FROM dirty_hour WHERE marked < ? AND hour <= ? RETURNING hour",
            row -> dialect.micros(row, 1),
            dialect.time(Micros.of(now.minus(limits.rollupDelay()))),
            dialect.time(Micros.of(now.minus(HOUR)))));
  }

  private void rollUp(Handle handle, long hour) {
    Object start = dialect.time(hour);
    Object end = dialect.time(hour + HOUR.toMillis() * 1_000);
    int _ =
        batch(
            handle,
            "INSERT INTO hourly (series, hour, low, high, total, n) SELECT series, ?, MIN(value),"
                + " MAX(value), SUM(value), COUNT(*) FROM readings WHERE ts >= ? AND ts < ?"
                + " AND value IS NOT NULL GROUP BY series ON CONFLICT (series, hour) DO UPDATE"
                + " SET low = excluded.low, high = excluded.high, total = excluded.total,"
                + " n = excluded.n",
            List.of(new Object[][] {{start, start, end}}));
  }

  /// Does nothing while another process does it. Classes that are kept shorter come first.
  void retire(Instant now) {
    Optional<SqlEngine.Right> right = database.engine().claim(RETIREMENT);
    if (right.isPresent()) {
      try (SqlEngine.Right _ = right.get()) {
        retireAll(now);
      }
    }
  }

  private void retireAll(Instant now) {
    rollUp(now);
    List<Integer> all =
        database.read(
            handle ->
                query(handle, "SELECT days FROM kept_class ORDER BY days", row -> row.getInt(1)));
    for (int days : all) {
      RetentionClass kept = new RetentionClass(days);
      if (days != RetentionClass.FOR_EVER) {
        long removed = database.writeBeside(handle -> retire(handle, kept, kept.boundary(now)));
        LOGGER.info("removed old events class={} events={}", kept.suffix(), removed);
      }
    }
    Object oldest = dialect.time(Micros.of(now.minus(limits.rollupRetention())));
    int _ =
        database.writeBeside(
            handle ->
                batch(
                    handle,
                    "DELETE FROM hourly WHERE hour < ?",
                    List.of(new Object[][] {{oldest}})));
  }

  private long retire(Handle handle, RetentionClass kept, Instant boundary) {
    database.engine().allowHours(handle);
    dialect.begin(handle);
    long removed = dialect.dropBefore(handle, kept, boundary);
    List<Object[]> before =
        List.of(new Object[][] {{kept.days(), dialect.time(Micros.of(boundary))}});
    removed += batch(handle, "DELETE FROM events WHERE keep_days = ? AND ts < ?", before);
    int _ = batch(handle, "DELETE FROM readings WHERE keep_days = ? AND ts < ?", before);
    int _ =
        batch(
            handle,
            "UPDATE kept_class SET retired = retired + ? WHERE days = ?",
            List.of(new Object[][] {{removed, kept.days()}}));
    return removed;
  }

  long retiredCount() {
    return database
        .read(
            handle ->
                query(
                    handle,
                    "SELECT COALESCE(SUM(retired), 0) FROM kept_class",
                    row -> row.getLong(1)))
        .getFirst();
  }
}
