package weir.series.sql;

import static weir.device.Statements.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import weir.device.DeviceId;
import weir.event.Reading;
import weir.series.Aggregate;
import weir.series.Bucket;
import weir.series.HourlyQuery;
import weir.series.HourlyStat;
import weir.series.Measured;
import weir.series.Micros;
import weir.series.ReadingQuery;
import weir.series.Step;

/// The questions about readings and rollups.
final class ReadingQueries {

  private static final long HOUR_SECONDS = 3_600;
  private static final long HOUR = HOUR_SECONDS * 1_000_000L;

  private final Dialect dialect;

  ReadingQueries(Dialect dialect) {
    this.dialect = dialect;
  }

  /// One look at the end of each series.
  List<Measured> latest(Handle handle, DeviceId device) {
    Map<String, Measured> newest = new TreeMap<>();
    for (SqlSeries series : Catalog.of(handle, device.value())) {
      query(
              handle,
              "SELECT ts, value, text FROM readings WHERE series = ? ORDER BY ts DESC LIMIT 1",
              row -> measured(row, series.name()),
              series.id())
          .forEach(
              found -> newest.merge(series.name().metric(), found, ReadingQueries::laterOfTwo));
    }
    return List.copyOf(newest.values());
  }

  private static Measured laterOfTwo(Measured one, Measured other) {
    return other.time().isBefore(one.time()) ? one : other;
  }

  private Measured measured(ResultSet row, SqlSeries.Name name) throws SQLException {
    Instant time = Micros.instant(dialect.micros(row, 1));
    return new Measured(
        time,
        name.kind() == SqlSeries.NUMBER
            ? new Reading.Numeric(name.metric(), row.getDouble(2), name.unit())
            : new Reading.Textual(name.metric(), row.getString(3), name.unit()));
  }

  List<Measured> readings(Handle handle, ReadingQuery asked, int limit) {
    return query(
        handle,
        "SELECT r.ts, r.value, r.text, s.unit, s.kind FROM series s JOIN readings r"
            + " ON r.series = s.id WHERE s.device = ? AND s.metric = ? AND r.ts >= ? AND r.ts < ?"
            + " ORDER BY r.ts LIMIT ?",
        row ->
            measured(
                row,
                new SqlSeries.Name(
                    asked.device().value(), asked.metric(), row.getString(4), row.getInt(5))),
        asked.device().value(),
        asked.metric(),
        time(asked.from()),
        time(asked.to()),
        limit);
  }

  List<Bucket> range(Handle handle, ReadingQuery asked, Step step, int limit) {
    List<SqlSeries> series =
        Catalog.of(handle, asked.device().value()).stream()
            .filter(one -> one.name().metric().equals(asked.metric()))
            .filter(one -> one.isNumeric() || step.aggregate() == Aggregate.COUNT)
            .toList();
    if (series.isEmpty()) {
      return List.of();
    }
    return switch (step.aggregate()) {
      case FIRST -> ends(handle, series, asked, step, "ASC", limit);
      case LAST -> ends(handle, series, asked, step, "DESC", limit);
      case AVG -> sums(handle, series, asked, step, "SUM(total) / SUM(n)", limit);
      case MIN -> sums(handle, series, asked, step, "MIN(low)", limit);
      case MAX -> sums(handle, series, asked, step, "MAX(high)", limit);
      case SUM -> sums(handle, series, asked, step, "SUM(total)", limit);
      case COUNT -> sums(handle, series, asked, step, "SUM(n)", limit);
    };
  }

  /// The first or last value of each step.
  private List<Bucket> ends(
      Handle handle,
      List<SqlSeries> series,
      ReadingQuery asked,
      Step step,
      String order,
      int limit) {
    String start = dialect.step(step.width().toSeconds());
    Condition condition = within(series, Micros.of(asked.from()), Micros.of(asked.to()));
    return query(
        handle,
        "SELECT start, value, n FROM (SELECT "
            + start
            + " AS start, value, ROW_NUMBER() OVER (PARTITION BY "
            + start
            + " ORDER BY ts "
            + order
            + ") AS place, COUNT(*) OVER (PARTITION BY "
            + start
            + ") AS n FROM readings"
            + condition.where()
            + ") AS steps WHERE place = 1 ORDER BY start LIMIT "
            + limit,
        this::bucket,
        condition.values());
  }

  /// Steps of whole hours are made of the rollups, which are quick and go back further than the
  /// readings; the parts of an hour at either end, and all other steps, are made of the readings.
  /// Rollups know no texts.
  private List<Bucket> sums(
      Handle handle,
      List<SqlSeries> series,
      ReadingQuery asked,
      Step step,
      String aggregate,
      int limit) {
    long from = Micros.of(asked.from());
    long to = Micros.of(asked.to());
    long firstHour = Math.ceilDiv(from, HOUR) * HOUR;
    long endHour = Math.floorDiv(to, HOUR) * HOUR;
    List<String> parts = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    if (step.width().toSeconds() % HOUR_SECONDS == 0
        && firstHour < endHour
        && series.stream().allMatch(SqlSeries::isNumeric)) {
      addReadings(series, from, firstHour, parts, values);
      Condition hours =
          new Condition()
              .among("series", ids(series))
              .add("hour >= ?", dialect.time(firstHour))
              .add("hour < ?", dialect.time(endHour));
      parts.add("SELECT hour AS ts, n, low, high, total FROM hourly_stat" + hours.where());
      values.addAll(List.of(hours.values()));
      addReadings(series, endHour, to, parts, values);
    } else {
      addReadings(series, from, to, parts, values);
    }
    return query(
        handle,
        "SELECT "
            + dialect.step(step.width().toSeconds())
            + " AS start, "
            + aggregate
            + ", SUM(n) FROM ("
            + String.join(" UNION ALL ", parts)
            + ") AS parts GROUP BY 1 ORDER BY 1 LIMIT "
            + limit,
        this::bucket,
        values.toArray());
  }

  private void addReadings(
      List<SqlSeries> series, long from, long to, List<String> parts, List<Object> values) {
    Condition condition = within(series, from, to);
    if (!series.stream().allMatch(SqlSeries::isNumeric)) {
      condition.add("(text IS NULL OR text <> '')");
    }
    parts.add(
        "SELECT ts, 1 AS n, value AS low, value AS high, value AS total FROM readings"
            + condition.where());
    values.addAll(List.of(condition.values()));
  }

  private static List<Long> ids(List<SqlSeries> series) {
    return series.stream().map(SqlSeries::id).toList();
  }

  private Condition within(List<SqlSeries> series, long from, long to) {
    return new Condition()
        .among("series", ids(series))
        .add("ts >= ?", dialect.time(from))
        .add("ts < ?", dialect.time(to));
  }

  private Bucket bucket(ResultSet row) throws SQLException {
    return new Bucket(Micros.instant(dialect.micros(row, 1)), row.getDouble(2), row.getLong(3));
  }

  List<HourlyStat> hourly(Handle handle, HourlyQuery asked, int limit) {
    Condition condition = new Condition().add("s.device = ?", asked.device().value());
    condition.addIf("s.metric = ?", asked.metric());
    condition.add("h.hour >= ?", time(asked.from())).add("h.hour < ?", time(asked.to()));
    return query(
        handle,
        "SELECT h.hour, s.metric, s.unit, h.low, h.high, h.total, h.n"
            + " FROM series s JOIN hourly_stat h ON h.series = s.id"
            + condition.where()
            + " ORDER BY h.hour, s.metric, s.unit LIMIT "
            + limit,
        row ->
            new HourlyStat(
                Micros.instant(dialect.micros(row, 1)),
                row.getString(2),
                row.getString(3),
                row.getDouble(4),
                row.getDouble(5),
                row.getDouble(6),
                row.getLong(7)),
        condition.values());
  }

  private Object time(Instant time) {
    return dialect.time(Micros.of(time));
  }
}
