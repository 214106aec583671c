package weir.meter;

/// How large the batches of a stage are and how long it takes over each. Safe for use by many
/// threads.
public final class BatchMeter {

  private final Histogram sizes = Histogram.ofCounts();
  private final Histogram times = Histogram.ofTimes();

  /// A batch is done.
  ///
  /// @param beganNanos when it was begun, by [System#nanoTime]
  public void done(int size, long beganNanos) {
    sizes.record(size);
    times.record(System.nanoTime() - beganNanos);
  }

  public Histogram sizes() {
    return sizes;
  }

  public Histogram times() {
    return times;
  }
}
