package weir.app.watch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// Looks at the lags, the stages and the ways to other parts every few seconds, on a virtual thread
/// of its own, so that pages and figures need not wait for an answer.
public final class Lookout implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  private final Lags lags;
  private final Watchdog watchdog;
  private final Health health;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("lookout").unstarted(this::run);

  public Lookout(Lags lags, Watchdog watchdog, Health health) {
    this.lags = lags;
    this.watchdog = watchdog;
    this.health = health;
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      do {
        look();
      } while (!stop.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void look() throws InterruptedException {
    try {
      lags.refresh();
      watchdog.look();
    } catch (LogException e) {
      LOG.debug("lags are not known reason={}", e.getMessage());
      watchdog.excuse();
    }
    var _ = health.reach();
    var _ = health.parts(); // so that troubles are remembered that nobody asked about
  }

  /// Returns when no round trip is under way any more, or has taken too long.
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
