package weir.app.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Something done again and again, at once and then after each pause, on a virtual thread of its
/// own. What fails is tried again the next time; what fails again and again is told, and so is a
/// round that does not end within half a minute, or within the pause when that is longer.
public final class Rounds implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  /// A log or database that is away for a moment is told of by itself.
  private static final int FAILURES_MIN = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final String name;
  private final Duration pause;
  private final InstantSource clock;
  private final Runnable round;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private int failures;
  private volatile Optional<String> trouble = Optional.empty();
  private volatile @Nullable Instant underWaySince;

  public Rounds(String name, Duration pause, InstantSource clock, Runnable round) {
    this.name = name;
    this.pause = pause;
    this.clock = clock;
    this.round = round;
    thread = Thread.ofVirtual().name(name).start(this::run);
  }

  private void run() {
    try {
      do {
        underWaySince = clock.instant();
        runOnce();
        underWaySince = null; // Not after an error, which ends the thread: it is told as well.
      } while (!stop.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runOnce() {
    try {
      round.run();
      failures = 0;
      trouble = Optional.empty();
    } catch (RuntimeException e) {
      failures++;
      if (failures < FAILURES_MIN) {
        LOG.debug("a round failed name={} reason={}", name, e.getMessage());
        return;
      }
      if (failures == FAILURES_MIN) {
        LOG.warn("a round fails again and again name={}", name, e);
      }
      trouble = Optional.of("%s: %d failures in a row: %s".formatted(name, failures, e));
    }
  }

  /// What is wrong, when it fails again and again or does not end.
  public Optional<String> trouble() {
    Instant since = underWaySince;
    Duration patience = pause.compareTo(PATIENCE) > 0 ? pause : PATIENCE;
    if (since != null && since.plus(patience).isBefore(clock.instant())) {
      return Optional.of("%s: a round that began at %s has not ended".formatted(name, since));
    }
    return trouble;
  }

  /// Returns when no round is under way any more.
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
