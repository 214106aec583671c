package weir.view.monitor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a fleet measured, by metric and unit: those with the most values, at most [#MOST], in
/// the order of their names.
///
/// @param metrics the steps of each
/// @param leftOut how many more there are
record FleetMetrics(List<List<FleetBucket>> metrics, int leftOut) {

  static final int MOST = 48;

  private record Name(String metric, String unit) {}

  static FleetMetrics of(List<FleetBucket> buckets) {
    Map<Name, List<FleetBucket>> byName = new LinkedHashMap<>();
    for (FleetBucket bucket : buckets) {
      Name name = new Name(bucket.metric(), bucket.unit());
      byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(bucket);
    }
    List<List<FleetBucket>> most =
        byName.values().stream()
            .sorted(Comparator.comparingLong(FleetMetrics::count).reversed())
            .limit(MOST)
            .sorted(Comparator.comparing(FleetMetrics::metric).thenComparing(FleetMetrics::unit))
            .toList();
    return new FleetMetrics(most, byName.size() - most.size());
  }

  static long count(List<FleetBucket> steps) {
    return steps.stream().mapToLong(FleetBucket::count).sum();
  }

  private static String metric(List<FleetBucket> steps) {
    return steps.getFirst().metric();
  }

  private static String unit(List<FleetBucket> steps) {
    return steps.getFirst().unit();
  }
}
