package weir.series.questdb;

import io.questdb.cairo.TableWriter;
import io.questdb.std.str.Utf8String;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import weir.event.Reading;
import weir.series.RefusedException;

/// The numbers of all series, in memory and in the `series` table.
///
/// Changed by the writing thread only, read by all. New series are committed before the readings
/// that use them, so a number in a row always has its name.
final class SeriesCatalog implements AutoCloseable {

  private static final Series[] NONE = {};

  private final Engine engine;
  private final int seriesPerDeviceMax;
  private final Map<String, Series[]> byDevice = new ConcurrentHashMap<>();
  private final Map<String, String> names = new ConcurrentHashMap<>();
  private final List<Series> uncommitted = new ArrayList<>();
  private int next;
  private @Nullable TableWriter table;

  SeriesCatalog(Engine engine, int seriesPerDeviceMax) {
    this.engine = engine;
    this.seriesPerDeviceMax = seriesPerDeviceMax;
    engine.select(
        "select id, device, metric, unit, kind from series",
        List.of(),
        row -> {
          int id = row.getInt(0);
          next = Math.max(next, id + 1);
          remember(
              new Series(
                  id,
                  String.valueOf(row.getVarcharA(1)),
                  named(String.valueOf(row.getVarcharA(2))),
                  named(String.valueOf(row.getVarcharA(3))),
                  Series.Kind.of(row.getByte(4))));
        });
  }

  /// The number of a reading's series; a new one is given when it has none.
  int id(String device, Reading reading) {
    Series[] known = byDevice.getOrDefault(device, NONE);
    for (Series series : known) {
      if (series.holds(reading)) {
        return series.id();
      }
    }
    if (known.length >= seriesPerDeviceMax) {
      throw new RefusedException(
          "device " + device + " has " + known.length + " metrics, the most that one may have");
    }
    return add(device, reading).id();
  }

  private Series add(String device, Reading reading) {
    Series series =
        new Series(
            next++,
            device,
            named(reading.metric()),
            named(reading.unit()),
            Series.Kind.of(reading));
    uncommitted.add(series);
    remember(series);
    TableWriter.Row row = writer().newRow();
    row.putInt(0, series.id());
    row.putVarchar(1, new Utf8String(series.device()));
    row.putVarchar(2, new Utf8String(series.metric()));
    row.putVarchar(3, new Utf8String(series.unit()));
    row.putByte(4, series.kind().code());
    row.append();
    return series;
  }

  private TableWriter writer() {
    TableWriter open = table;
    if (open == null) {
      open = engine.cairo().getWriter(engine.table(Tables.SERIES), "catalog");
      table = open;
    }
    return open;
  }

  private void remember(Series series) {
    byDevice.merge(
        series.device(),
        new Series[] {series},
        (known, one) -> {
          Series[] grown = Arrays.copyOf(known, known.length + 1);
          grown[known.length] = one[0];
          return grown;
        });
  }

  private String named(String name) {
    String known = names.putIfAbsent(name, name);
    return known == null ? name : known;
  }

  void commit() {
    if (!uncommitted.isEmpty()) {
      writer().commit();
      uncommitted.clear();
    }
  }

  void rollback() {
    for (Series series : uncommitted) {
      byDevice.computeIfPresent(
          series.device(),
          (device, known) ->
              Arrays.stream(known).filter(one -> one.id() != series.id()).toArray(Series[]::new));
    }
    if (!uncommitted.isEmpty()) {
      uncommitted.clear();
      close();
    }
  }

  List<Series> of(String device) {
    return List.of(byDevice.getOrDefault(device, NONE));
  }

  /// Gives the writer back, with what was not committed; the next series opens it again.
  @Override
  public void close() {
    TableWriter open = table;
    table = null;
    if (open != null) {
      open.close();
    }
  }
}
