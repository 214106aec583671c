package weir.view.live;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/// Numbers that other parts of this process know and the overview shows, by name:
/// `connections`, `refused` and the like. Asked by the feed's thread, so each must answer at
/// once.
public record Gauges(Map<String, LongSupplier> byName) {

  public Gauges {
    byName = Map.copyOf(byName);
  }

  Map<String, Long> now() {
    Map<String, Long> values = new TreeMap<>();
    byName.forEach((name, value) -> values.put(name, value.getAsLong()));
    return values;
  }
}
