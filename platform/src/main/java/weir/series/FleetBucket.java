package weir.series;

import java.time.Instant;

/// One metric of many devices in one step.
public record FleetBucket(
    Instant start, String metric, String unit, long count, double min, double max, double sum) {

  public double average() {
    return sum / count;
  }
}
