package weir.app;

import java.time.Duration;

/// How much of the disk the platform takes.
///
/// @param budget bytes that the embedded log, the embedded series and the deliveries may take
///     together, such as 20GB; beyond it the oldest of log and series go. 0 for no budget
/// @param measureEvery how often the data folder is measured, and room is made
record DiskSettings(long budget, Duration measureEvery) {

  /// With less than this not even the files that are being written would fit.
  private static final long BUDGET_MIN = 10_000_000;

  DiskSettings {
    if (budget != 0 && budget < BUDGET_MIN) {
      throw new IllegalArgumentException("budget must be 0 or at least 10MB");
    }
    if (measureEvery.toMillis() < 100) {
      throw new IllegalArgumentException("measure-every must be at least 100ms");
    }
  }

  static DiskSettings defaults() {
    return new DiskSettings(0, Duration.ofSeconds(15));
  }
}
