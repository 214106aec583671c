package weir.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// How often a value fell into each of some ranges, every one twice as wide as the one before.
/// Recording finds the range by one instruction and adds to two counters that threads do not fight
/// over. Safe for use by many threads.
public final class Histogram {

  private static final double NANOS = 1e-9;

  /// 65 microseconds, the upper end of the first range of times.
  private static final int TIME_SHIFT = 16;

  /// Up to 17 seconds; then comes the open range.
  private static final int TIME_RANGES = 19;

  /// Up to 16,384.
  private static final int COUNT_RANGES = 15;

  private final int shift;
  private final double unit;
  private final LongAdder[] ranges;
  private final LongAdder sum = new LongAdder();

  private Histogram(int shift, int ranges, double unit) {
    this.shift = shift;
    this.unit = unit;
    this.ranges = new LongAdder[ranges + 1];
    for (int i = 0; i <= ranges; i++) {
      this.ranges[i] = new LongAdder();
    }
  }

  /// Of times: recorded in nanoseconds, shown in seconds.
  public static Histogram ofTimes() {
    return new Histogram(TIME_SHIFT, TIME_RANGES, NANOS);
  }

  /// Of sizes, which are recorded and shown as they are.
  public static Histogram ofCounts() {
    return new Histogram(0, COUNT_RANGES, 1);
  }

  public void record(long value) {
    long above = (Math.max(value, 1) - 1) >> shift;
    int range = Long.SIZE - Long.numberOfLeadingZeros(above);
    ranges[Math.min(range, ranges.length - 1)].increment();
    sum.add(value);
  }

  /// The counts now.
  ///
  /// @param upperBounds of each range, the last one without end
  /// @param counts in each range
  public record Snapshot(List<Double> upperBounds, List<Long> counts, double sum) {
    public Snapshot {
      upperBounds = List.copyOf(upperBounds);
      counts = List.copyOf(counts);
    }
  }

  public Snapshot snapshot() {
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (int i = 0; i < ranges.length; i++) {
      bounds.add(i == ranges.length - 1 ? Double.POSITIVE_INFINITY : (1L << (shift + i)) * unit);
      counts.add(ranges[i].sum());
    }
    return new Snapshot(bounds, counts, sum.sum() * unit);
  }
}
