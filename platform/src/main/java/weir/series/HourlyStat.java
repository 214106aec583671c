package weir.series;

import java.time.Instant;

/// What one metric did in one hour.
public record HourlyStat(
    Instant hour, String metric, String unit, double min, double max, double sum, long count) {

  public double average() {
    return sum / count;
  }
}
