package weir.series.sql;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import weir.series.RefusedException;
import weir.series.sql.SqlSeries.Name;

/// The numbers of series, the latest used in memory. Numbers are never taken back, and become known
/// here when they are committed.
final class Catalog {

  private static final int CACHED_MAX = 500_000;

  private final int perDeviceMax;
  private final Cache<Name, Long> known = Caffeine.newBuilder().maximumSize(CACHED_MAX).build();

  Catalog(int perDeviceMax) {
    this.perDeviceMax = perDeviceMax;
  }

  /// The numbers of these series; those that have none get one, in the transaction at hand.
  ///
  /// @throws RefusedException when a device has too many
  Map<Name, Long> numbers(Handle handle, Collection<Name> names) {
    Map<Name, Long> numbers = new HashMap<>(known.getAllPresent(names));
    Map<String, List<Name>> missing = new LinkedHashMap<>();
    for (Name name : names) {
      if (!numbers.containsKey(name)) {
        missing.computeIfAbsent(name.device(), any -> new ArrayList<>()).add(name);
      }
    }
    missing.forEach((device, wanted) -> find(handle, device, wanted, numbers));
    return numbers;
  }

  private void find(Handle handle, String device, List<Name> wanted, Map<Name, Long> numbers) {
    List<SqlSeries> there = of(handle, device);
    there.forEach(series -> numbers.put(series.name(), series.id()));
    List<Object[]> fresh =
        wanted.stream()
            .filter(name -> !numbers.containsKey(name))
            .map(name -> new Object[] {device, name.metric(), name.unit(), name.kind()})
            .toList();
    if (fresh.isEmpty()) {
      return;
    }
    if (there.size() + fresh.size() > perDeviceMax) {
      throw new RefusedException(
          "device " + device + " has " + there.size() + " metrics, and may have " + perDeviceMax);
    }
    int _ =
        batch(
            handle,
            "INSERT INTO series (device, metric, unit, kind) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING",
            fresh);
    of(handle, device).forEach(series -> numbers.put(series.name(), series.id()));
  }

  /// The transaction that asked for them is committed.
  void committed(Map<Name, Long> numbers) {
    known.putAll(numbers);
  }

  static List<SqlSeries> of(Handle handle, String device) {
    return query(
        handle,
        "SELECT id, metric, unit, kind FROM series WHERE device = ?",
        row ->
            new SqlSeries(
                row.getLong(1),
                new Name(device, row.getString(2), row.getString(3), row.getInt(4))),
        device);
  }
}
