package weir.app.watch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Something done again and again, at once and then after each pause, on a virtual thread of its
/// own. What fails is tried again the next time.
public final class Rounds implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final String name;
  private final Duration pause;
  private final Runnable round;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  public Rounds(String name, Duration pause, Runnable round) {
    this.name = name;
    this.pause = pause;
    this.round = round;
    thread = Thread.ofVirtual().name(name).start(this::run);
  }

  private void run() {
    try {
      do {
        try {
          round.run();
        } catch (RuntimeException e) {
          LOG.debug("a round failed name={} reason={}", name, e.getMessage());
        }
      } while (!stop.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
