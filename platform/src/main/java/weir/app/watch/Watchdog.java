package weir.app.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Notices a stage that has work and does none of it, whatever the reason: a dead thread, a lock, a
/// call that never returns. It looks at what came out, not at what a stage says of itself.
///
/// One thread looks, every few seconds; with [#PATIENCE] that names a stuck stage within half a
/// minute.
public final class Watchdog {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final class Stage {
    final LongSupplier waiting;
    final LongSupplier done;
    long doneBefore = -1;
    Instant since = Instant.MAX;
    volatile Optional<String> trouble = Optional.empty();

    Stage(LongSupplier waiting, LongSupplier done) {
      this.waiting = waiting;
      this.done = done;
    }

    void look(Instant now) {
      long waits = waiting.getAsLong();
      long did = done.getAsLong();
      if (waits == 0 || did != doneBefore || since.isAfter(now)) {
        doneBefore = did;
        since = now;
        trouble = Optional.empty();
      } else if (!now.isBefore(since.plus(PATIENCE))) {
        trouble = Optional.of("stuck: " + waits + " wait and none was done since " + since);
      }
    }
  }

  private final List<Stage> stages = new CopyOnWriteArrayList<>();
  private final InstantSource clock;

  public Watchdog(InstantSource clock) {
    this.clock = clock;
  }

  /// Watches a stage.
  ///
  /// @param waiting how much waits for it
  /// @param done how much it has done, ever
  /// @return what is wrong with it, for [Health#watch]
  public Supplier<Optional<String>> watch(LongSupplier waiting, LongSupplier done) {
    Stage stage = new Stage(waiting, done);
    stages.add(stage);
    return () -> stage.trouble;
  }

  void look() {
    Instant now = clock.instant();
    stages.forEach(stage -> stage.look(now));
  }

  /// Nobody can work while the log is away; patience begins anew when it is back.
  void excuse() {
    stages.forEach(stage -> stage.since = Instant.MAX);
  }
}
