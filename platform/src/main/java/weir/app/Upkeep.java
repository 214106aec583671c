package weir.app;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import weir.app.watch.Rounds;
import weir.series.SeriesStore;

/// Keeps the store tidy on a thread of its own: rollups every few minutes, retention every hour.
/// What fails is tried again the next time; what fails again and again is told.
final class Upkeep implements AutoCloseable {

  static final Duration ROLL_UP_EVERY = Duration.ofMinutes(5);

  private static final int ROUNDS_PER_RETIREMENT = 12;

  private final SeriesStore store;
  private final InstantSource clock;
  private final Rounds rounds;
  private int untilRetirement;

  Upkeep(SeriesStore store, InstantSource clock, Duration every) {
    this.store = store;
    this.clock = clock;
    this.rounds = new Rounds("upkeep", every, clock, this::tidy);
  }

  private void tidy() {
    store.rollUp(clock.instant());
    if (untilRetirement == 0) {
      store.retire(clock.instant());
      untilRetirement = ROUNDS_PER_RETIREMENT;
    }
    untilRetirement--;
  }

  /// What is wrong, when it fails again and again or does not end.
  Optional<String> trouble() {
    return rounds.trouble();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
