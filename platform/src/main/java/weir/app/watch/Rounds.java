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
/// round that does not end within half a minute, or within the pause when that is longer. Closing
/// waits for the round that is under way, interrupts one that does not end, and leaves it then.
public final class Rounds implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  /// A log or database that is away for a moment is told of by itself.
  private static final int FAILURES_MIN = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// Less than those who stop a process wait before they kill it.
  private static final Duration END_WITHIN = Duration.ofSeconds(15);

  private static final Duration INTERRUPTED_WITHIN = Duration.ofSeconds(1);

  private final String name;
  private final Duration pause;
  private final InstantSource clock;
  private final Runnable round;
  private final Duration endWithin;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private int failures;
  private volatile Optional<String> trouble = Optional.empty();
  private volatile @Nullable Instant underWaySince;

  public Rounds(String name, Duration pause, InstantSource clock, Runnable round) {
    this(name, pause, clock, round, END_WITHIN);
  }

  Rounds(String name, Duration pause, InstantSource clock, Runnable round, Duration endWithin) {
    this.name = name;
    this.pause = pause;
    this.clock = clock;
    this.round = round;
    this.endWithin = endWithin;
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

  /// Returns when no round is under way any more, or when one that hangs is given up.
  @Override
  public void close() {
    stop.countDown();
    try {
      if (thread.join(endWithin)) {
        return;
      }
      thread.interrupt();
      if (!thread.join(INTERRUPTED_WITHIN)) {
        LOG.warn("a round does not end and is left name={}", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
