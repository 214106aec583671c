package weir.series.questdb;

import java.nio.file.Path;
import java.time.Duration;

/// How the embedded QuestDB works.
///
/// @param directory where its files are
/// @param fsync whether a commit waits for the disk. Without it what is stored survives the death
///     of the process, but not a power cut
/// @param queryThreads queries that run at the same time
/// @param queryWaitingMax queries that may wait for a thread; more are refused
/// @param queryTimeout longest time for one query, waiting included
/// @param seriesPerDeviceMax different metrics of one device; an event with more is refused
/// @param timeAheadMax how far an event's time may be ahead of its receive time
/// @param rollupRetention how long hourly rollups are kept
/// @param rollupDelay how long an hour must be left alone before it is rolled up
public record QuestDbSettings(
    Path directory,
    boolean fsync,
    int queryThreads,
    int queryWaitingMax,
    Duration queryTimeout,
    int seriesPerDeviceMax,
    Duration timeAheadMax,
    Duration rollupRetention,
    Duration rollupDelay) {

  public QuestDbSettings {
    if (queryThreads < 1 || queryThreads > 64) {
      throw new IllegalArgumentException("query-threads must be 1 to 64");
    }
    if (queryWaitingMax < 1) {
      throw new IllegalArgumentException("query-waiting-max must be at least 1");
    }
    if (seriesPerDeviceMax < 1) {
      throw new IllegalArgumentException("series-per-device-max must be at least 1");
    }
    requirePositive("query-timeout", queryTimeout);
    requirePositive("time-ahead-max", timeAheadMax);
    requirePositive("rollup-retention", rollupRetention);
    if (rollupDelay.isNegative()) {
      throw new IllegalArgumentException("rollup-delay must not be negative");
    }
  }

  private static void requirePositive(String key, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(key + " must be positive");
    }
  }

  public static QuestDbSettings defaults() {
    return in(Path.of("data/series"));
  }

  /// The defaults, in another directory.
  public static QuestDbSettings in(Path directory) {
    return new QuestDbSettings(
        directory,
        false,
        2,
        64,
        Duration.ofSeconds(20),
        512,
        Duration.ofDays(366),
        Duration.ofDays(730),
        Duration.ofMinutes(2));
  }
}
