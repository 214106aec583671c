package weir.series;

import java.time.Duration;

/// How events are written to the store.
///
/// @param batchSize most events written at once
/// @param batchTimeout longest time that an event waits for others; less than that when there
///     is little to do
/// @param retryDelayMin first pause when the store or the log cannot be used
/// @param retryDelayMax longest pause
/// @param failuresPerMinuteMax events set aside because of unexpected errors before the writer
///     stops setting aside and waits for mending
/// @param repeatWindow latest events whose ids are remembered, so that one sent again with another
///     time is stored once
public record SeriesSettings(
    int batchSize,
    Duration batchTimeout,
    Duration retryDelayMin,
    Duration retryDelayMax,
    int failuresPerMinuteMax,
    int repeatWindow) {

  private static final int BATCH_SIZE_MAX = 100_000;

  public SeriesSettings {
    if (batchSize < 1 || batchSize > BATCH_SIZE_MAX) {
      throw new IllegalArgumentException("batch-size must be 1 to " + BATCH_SIZE_MAX);
    }
    if (batchTimeout.isNegative()) {
      throw new IllegalArgumentException("batch-timeout must not be negative");
    }
    if (!retryDelayMin.isPositive() || retryDelayMax.compareTo(retryDelayMin) < 0) {
      throw new IllegalArgumentException(
          "retry-delay-min must be positive and at most retry-delay-max");
    }
    if (failuresPerMinuteMax < 1) {
      throw new IllegalArgumentException("failures-per-minute-max must be at least 1");
    }
    if (repeatWindow < 1 || repeatWindow > 10_000_000) {
      throw new IllegalArgumentException("repeat-window must be 1 to 10000000");
    }
  }

  public static SeriesSettings defaults() {
    return new SeriesSettings(
        4_000,
        Duration.ofMillis(100),
        Duration.ofMillis(100),
        Duration.ofSeconds(30),
        100,
        100_000);
  }
}
