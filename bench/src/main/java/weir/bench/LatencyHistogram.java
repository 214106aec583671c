package weir.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counts durations in buckets that are 3 % wide, from a microsecond to some minutes. Safe for use
/// by many threads.
final class LatencyHistogram {

  private static final double GROWTH = Math.log(1.03);
  private static final int BUCKETS = 700;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

  void record(long nanos) {
    double micros = Math.max(1.0, nanos / 1_000.0);
    counts.incrementAndGet((int) Math.min(BUCKETS - 1, Math.log(micros) / GROWTH));
  }

  void reset() {
    for (int i = 0; i < BUCKETS; i++) {
      counts.set(i, 0);
    }
  }

  /// The duration below which the share of all records lies, in milliseconds; 0 without records.
  double millis(double share) {
    long total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      total += counts.get(i);
    }
    long wanted = (long) Math.ceil(total * share);
    long seen = 0;
    for (int i = 0; i < BUCKETS && total > 0; i++) {
      seen += counts.get(i);
      if (seen >= wanted) {
        return Math.exp((i + 0.5) * GROWTH) / 1_000.0;
      }
    }
    return 0;
  }
}
