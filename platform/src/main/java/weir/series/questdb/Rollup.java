package weir.series.questdb;

import io.questdb.cairo.TableWriter;
import io.questdb.cairo.wal.WalWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.stream.Collectors;
import weir.series.HourlyQuery;
import weir.series.HourlyStat;
import weir.series.Micros;
import weir.series.StoreException;

/// Hourly minimum, maximum, sum and count of every numeric series.
///
/// Hours that are over and quiet are written to the `hourly` table, once, and again when late
/// readings come. Every other hour is computed from the readings when asked for, so an answer is
/// always true to the readings. Rollups stay when the readings are removed.
final class Rollup {

  private static final Duration APPLY_LIMIT = Duration.ofMinutes(1);

  private final Engine engine;
  private final SeriesCatalog catalog;
  private final ReadingReads readings;
  private final DirtyHours dirty;
  private final WalApplier applier;

  Rollup(
      Engine engine,
      SeriesCatalog catalog,
      ReadingReads readings,
      DirtyHours dirty,
      WalApplier applier) {
    this.engine = engine;
    this.catalog = catalog;
    this.readings = readings;
    this.dirty = dirty;
    this.applier = applier;
  }

  /// Rolls up these hours, which were taken from the dirty ones.
  void write(List<Long> hours) {
    if (hours.isEmpty()) {
      return;
    }
    if (!applier.awaitApplied(APPLY_LIMIT)) {
      throw new StoreException("the WAL is behind; rollups wait");
    }
    for (long hour : hours) {
      write(hour);
      dirty.finish(hour);
    }
  }

  private void write(long hour) {
    Map<Integer, Summary> all = summaries(hour);
    try (WalWriter writer = engine.cairo().getWalWriter(engine.table(Tables.HOURLY))) {
      all.forEach(
          (series, summary) -> {
            TableWriter.Row row = writer.newRow(Hours.startMicros(hour));
            row.putInt(1, series);
            row.putDouble(2, summary.min());
            row.putDouble(3, summary.max());
            row.putDouble(4, summary.sum());
            row.putLong(5, summary.count());
            row.append();
          });
      writer.commit();
    }
    applier.wake();
    if (!applier.awaitApplied(APPLY_LIMIT)) {
      throw new StoreException("the WAL is behind; rollups wait");
    }
  }

  private Map<Integer, Summary> summaries(long hour) {
    Map<Integer, Summary> all = new HashMap<>();
    Filter during =
        new Filter()
            .number("ts >= ", Hours.startMicros(hour))
            .number("ts < ", Hours.startMicros(hour + 1));
    readings.summarizeNumbers(
        during,
        Hours.MICROS,
        (place, summary) -> all.merge(place.series(), summary, Summary::with));
    return all;
  }

  List<HourlyStat> hourly(HourlyQuery query, int limit) {
    List<Series> series =
        catalog.of(query.device().value()).stream()
            .filter(one -> one.kind() == Series.Kind.NUMBER)
            .filter(one -> query.metric() == null || query.metric().equals(one.metric()))
            .toList();
    if (series.isEmpty()) {
      return List.of();
    }
    long from = Hours.from(Micros.of(query.from()));
    long to = Hours.from(Micros.of(query.to()));
    return stats(series, hours(series, from, to), limit);
  }

  /// The hours of numeric series from one up to another.
  Map<ReadingReads.Place, Summary> hours(List<Series> series, long from, long to) {
    NavigableSet<Long> live = dirty.within(from, to);
    Map<ReadingReads.Place, Summary> found = new TreeMap<>(ReadingReads.Place.ORDER);
    readStored(series, from, to, live, found);
    readLive(series, live, found);
    return found;
  }

  private void readStored(
      List<Series> series,
      long from,
      long to,
      NavigableSet<Long> live,
      Map<ReadingReads.Place, Summary> found) {
    Filter filter =
        new Filter()
            .number("ts >= ", Hours.startMicros(from))
            .number("ts < ", Hours.startMicros(to))
            .among("series", series.stream().map(Series::id).toList());
    engine.select(
        "select ts, series, low, high, total, n from " + Tables.HOURLY + filter.where(),
        List.of(),
        row -> {
          long start = row.getTimestamp(0);
          if (!live.contains(Hours.of(start))) {
            Summary summary =
                Summary.stored(
                    row.getLong(5), start, row.getDouble(2), row.getDouble(3), row.getDouble(4));
            found.put(new ReadingReads.Place(start, row.getInt(1)), summary);
          }
        });
  }

  private void readLive(
      List<Series> series, NavigableSet<Long> live, Map<ReadingReads.Place, Summary> found) {
    if (live.isEmpty()) {
      return;
    }
    Filter during =
        new Filter()
            .number("ts >= ", Hours.startMicros(live.first()))
            .number("ts < ", Hours.startMicros(live.last() + 1));
    readings.summarize(
        series,
        during,
        Hours.MICROS,
        (place, summary) -> {
          if (live.contains(Hours.of(place.start()))) {
            found.merge(place, summary, Summary::with);
          }
        });
  }

  private static List<HourlyStat> stats(
      List<Series> series, Map<ReadingReads.Place, Summary> found, int limit) {
    Map<Integer, Series> byId = series.stream().collect(Collectors.toMap(Series::id, one -> one));
    List<HourlyStat> stats = new ArrayList<>();
    found.forEach(
        (place, summary) -> {
          Series one = byId.get(place.series());
          if (one != null && stats.size() < limit) {
            Instant hour = Micros.instant(place.start());
            stats.add(
                new HourlyStat(
                    hour,
                    one.metric(),
                    one.unit(),
                    summary.min(),
                    summary.max(),
                    summary.sum(),
                    summary.count()));
          }
        });
    return List.copyOf(stats);
  }
}
