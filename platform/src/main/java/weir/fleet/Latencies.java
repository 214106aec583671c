package weir.fleet;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counts durations and answers their percentiles, at most 1.6 % too high, from 1 µs to some hours.
/// Durations fall into buckets that are 64 to each doubling, in 16 kB in all. Safe for many
/// threads.
public final class Latencies {

  private static final int SUB_BITS = 6;
  private static final int SUB = 1 << SUB_BITS;
  private static final int DOUBLINGS = 30;

  private final AtomicLongArray counts = new AtomicLongArray(SUB * (DOUBLINGS + 1));

  public void record(long nanos) {
    counts.incrementAndGet(bucket(Math.max(0, nanos) / 1_000));
  }

  private static int bucket(long micros) {
    if (micros < SUB) {
      return (int) micros;
    }
    int doubling = 63 - SUB_BITS - Long.numberOfLeadingZeros(micros) + 1;
    if (doubling > DOUBLINGS) {
      return SUB * (DOUBLINGS + 1) - 1;
    }
    int sub = (int) (micros >>> (doubling - 1)) - SUB;
    return SUB * doubling + sub;
  }

  /// The highest duration in the bucket.
  private static long microsMost(int bucket) {
    int doubling = bucket / SUB;
    int sub = bucket % SUB;
    if (doubling == 0) {
      return sub;
    }
    return ((long) (SUB + sub + 1) << (doubling - 1)) - 1;
  }

  public long count() {
    long count = 0;
    for (int i = 0; i < counts.length(); i++) {
      count += counts.get(i);
    }
    return count;
  }

  /// In milliseconds; 0 when nothing was recorded.
  ///
  /// @param share such as 0.99
  public double millis(double share) {
    long wanted = (long) Math.ceil(share * count());
    long seen = 0;
    for (int i = 0; i < counts.length() && wanted > 0; i++) {
      seen += counts.get(i);
      if (seen >= wanted) {
        return microsMost(i) / 1_000.0;
      }
    }
    return 0;
  }
}
