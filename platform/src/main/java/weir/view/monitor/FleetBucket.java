package weir.view.monitor;

import java.time.Instant;

/// One metric of many devices in one step.
record FleetBucket(
    Instant start, String metric, String unit, long count, double min, double max, double sum) {

  double average() {
    return sum / count;
  }

  FleetBucket with(FleetBucket other) {
    return new FleetBucket(
        start,
        metric,
        unit,
        count + other.count,
        Math.min(min, other.min),
        Math.max(max, other.max),
        sum + other.sum);
  }
}
