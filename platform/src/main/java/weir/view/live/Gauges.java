package weir.view.live;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;

/// Numbers that other parts of this process know and the overview shows, by name:
/// `connections`, `refused` and the like. Asked by the feed's thread, so each must answer at
/// once. Safe for use by many threads; parts that start later are added later.
public final class Gauges {

  private final Map<String, LongSupplier> byName = new ConcurrentSkipListMap<>();

  public void add(String name, LongSupplier value) {
    byName.put(name, value);
  }

  Map<String, Long> now() {
    Map<String, Long> values = new TreeMap<>();
    byName.forEach((name, value) -> values.put(name, value.getAsLong()));
    return values;
  }
}
