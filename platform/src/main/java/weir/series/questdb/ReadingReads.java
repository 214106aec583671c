package weir.series.questdb;

import io.questdb.cairo.sql.Record;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import weir.device.DeviceId;
import weir.event.Reading;
import weir.series.Measured;
import weir.series.Micros;
import weir.series.ReadingQuery;
import weir.series.RetentionClass;

/// The questions about readings: the latest, a range as it is, a range combined by steps.
final class ReadingReads {

  /// The newest value is looked for in these spans before now, then everywhere.
  private static final List<Duration> SPANS = List.of(Duration.ofDays(1), Duration.ofDays(30));

  private static final int ROWS_PER_SERIES = 4;
  private static final int SCANS_MAX = 32;

  private final Engine engine;
  private final Tables tables;
  private final SeriesCatalog catalog;
  private final InstantSource clock;

  ReadingReads(Engine engine, Tables tables, SeriesCatalog catalog, InstantSource clock) {
    this.engine = engine;
    this.tables = tables;
    this.catalog = catalog;
    this.clock = clock;
  }

  List<Measured> latest(DeviceId device) {
    Map<String, Measured> newest = new TreeMap<>();
    Map<Integer, Series> wanted = byId(catalog.of(device.value()));
    for (Duration span : SPANS) {
      Filter filter = new Filter().number("ts >= ", Micros.of(clock.instant().minus(span)));
      findLatest(wanted, filter, newest);
    }
    findLatest(wanted, new Filter(), newest);
    return List.copyOf(newest.values());
  }

  /// Takes those that it finds off the wanted.
  private void findLatest(
      Map<Integer, Series> wanted, Filter within, Map<String, Measured> newest) {
    Set<Integer> found = new HashSet<>();
    for (Series.Kind kind : Series.Kind.values()) {
      List<Integer> ids = ids(wanted.values(), kind);
      for (RetentionClass kept : tables.classes()) {
        lastRows(
            table(kept, kind),
            within,
            ids,
            row -> {
              Series series = wanted.get(row.getInt(2));
              if (series != null) {
                found.add(series.id());
                newest.merge(series.metric(), measured(row, series), ReadingReads::later);
              }
            });
      }
    }
    wanted.keySet().removeAll(found);
  }

  /// Visits the last row of each series, and some before. Metrics are mostly sent together, so
  /// that the newest few rows have nearly all; of the rest, few are looked for one by one from
  /// the end, and many in one pass over everything.
  private void lastRows(String table, Filter within, List<Integer> ids, Consumer<Record> visitor) {
    if (ids.isEmpty()) {
      return;
    }
    String columns = "select ts, value, series from " + table;
    String newestFirst = " order by ts desc limit ";
    Set<Integer> missing = new HashSet<>(ids);
    Consumer<Record> noting =
        row -> {
          missing.remove(row.getInt(2));
          visitor.accept(row);
        };
    String where = within.copy().among("series", ids).where();
    engine.select(columns + where + newestFirst + ids.size() * ROWS_PER_SERIES, List.of(), noting);
    if (missing.size() > SCANS_MAX) {
      String rest = within.copy().among("series", List.copyOf(missing)).where();
      engine.select(columns + rest + " latest on ts partition by series", List.of(), visitor);
      return;
    }
    for (int id : missing) {
      String one = within.copy().number("series = ", id).where();
      engine.select(columns + one + newestFirst + 1, List.of(), visitor);
    }
  }

  private static Measured later(Measured one, Measured other) {
    return other.time().isBefore(one.time()) ? one : other;
  }

  List<Measured> readings(ReadingQuery query, int limit) {
    List<Measured> values = new ArrayList<>();
    for (Series series : matching(query)) {
      String where = during(query).number("series = ", series.id()).where();
      for (RetentionClass kept : tables.classes()) {
        engine.select(
            "select ts, value from "
                + table(kept, series.kind())
                + where
                + " order by ts limit "
                + limit,
            List.of(),
            row -> values.add(measured(row, series)));
      }
    }
    values.sort(Comparator.comparing(Measured::time));
    return List.copyOf(values.subList(0, Math.min(limit, values.size())));
  }

  /// A step of one series.
  ///
  /// @param start microseconds since the epoch
  record Place(long start, int series) {
    static final Comparator<Place> ORDER =
        Comparator.comparingLong(Place::start).thenComparingInt(Place::series);
  }

  /// Combines the values of some series by steps; visits what each table gives, so a place can
  /// come more than once.
  void summarize(
      List<Series> series, Filter during, long width, BiConsumer<Place, Summary> visitor) {
    for (Series.Kind kind : Series.Kind.values()) {
      List<Integer> ids = ids(series, kind);
      if (!ids.isEmpty()) {
        summarizeKind(kind, during.copy().among("series", ids), width, visitor);
      }
    }
  }

  /// As [#summarize], for all numeric series.
  void summarizeNumbers(Filter during, long width, BiConsumer<Place, Summary> visitor) {
    for (RetentionClass kept : tables.classes()) {
      engine.scan(
          summarySql(kept, Series.Kind.NUMBER, during, width),
          row -> accept(row, Series.Kind.NUMBER, width, visitor));
    }
  }

  private void summarizeKind(
      Series.Kind kind, Filter filter, long width, BiConsumer<Place, Summary> visitor) {
    for (RetentionClass kept : tables.classes()) {
      engine.select(
          summarySql(kept, kind, filter, width),
          List.of(),
          row -> accept(row, kind, width, visitor));
    }
  }

  private static void accept(
      Record row, Series.Kind kind, long width, BiConsumer<Place, Summary> visitor) {
    visitor.accept(new Place(row.getLong(0) * width, row.getInt(1)), Summary.read(row, kind));
  }

  private static String summarySql(
      RetentionClass kept, Series.Kind kind, Filter filter, long width) {
    String columns =
        switch (kind) {
          case NUMBER -> ", min(value), max(value), sum(value), first(value), last(value)";
          case TEXT -> "";
        };
    Filter counted =
        switch (kind) {
          case NUMBER -> filter;
          case TEXT -> filter.copy().isNotEmpty("value");
        };
    return "select ts / "
        + width
        + " step, series, count(), min(ts), max(ts)"
        + columns
        + " from "
        + table(kept, kind)
        + counted.where();
  }

  List<Series> matching(ReadingQuery query) {
    return catalog.of(query.device().value()).stream()
        .filter(series -> series.metric().equals(query.metric()))
        .toList();
  }

  private static Filter during(ReadingQuery query) {
    return new Filter()
        .number("ts >= ", Micros.of(query.from()))
        .number("ts < ", Micros.of(query.to()));
  }

  private static String table(RetentionClass kept, Series.Kind kind) {
    return switch (kind) {
      case NUMBER -> kept.readings();
      case TEXT -> kept.texts();
    };
  }

  private static Measured measured(Record row, Series series) {
    Instant time = Micros.instant(row.getTimestamp(0));
    return switch (series.kind()) {
      case NUMBER ->
          new Measured(time, new Reading.Numeric(series.metric(), row.getDouble(1), series.unit()));
      case TEXT ->
          new Measured(
              time,
              new Reading.Textual(
                  series.metric(), String.valueOf(row.getVarcharA(1)), series.unit()));
    };
  }

  private static List<Integer> ids(Iterable<Series> series, Series.Kind kind) {
    List<Integer> ids = new ArrayList<>();
    for (Series one : series) {
      if (one.kind() == kind) {
        ids.add(one.id());
      }
    }
    return ids;
  }

  private static Map<Integer, Series> byId(List<Series> series) {
    return series.stream()
        .collect(Collectors.toMap(Series::id, Function.identity(), (a, b) -> a, HashMap::new));
  }
}
