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
public record QuestDbSettings(
    Path directory, boolean fsync, int queryThreads, int queryWaitingMax, Duration queryTimeout) {

  public QuestDbSettings {
    if (queryThreads < 1 || queryThreads > 64) {
      throw new IllegalArgumentException("query-threads must be 1 to 64");
    }
    if (queryWaitingMax < 1) {
      throw new IllegalArgumentException("query-waiting-max must be at least 1");
    }
    if (!queryTimeout.isPositive()) {
      throw new IllegalArgumentException("query-timeout must be positive");
    }
  }

  public static QuestDbSettings defaults() {
    return in(Path.of("data/series"));
  }

  /// The defaults, in another directory.
  public static QuestDbSettings in(Path directory) {
    return new QuestDbSettings(directory, false, 2, 64, Duration.ofSeconds(20));
  }
}
