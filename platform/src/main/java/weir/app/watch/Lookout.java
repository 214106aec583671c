package weir.app.watch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// Looks at the lags, the stages and the ways to other parts, so that pages and figures need not
/// wait for an answer. To be run every few seconds by one thread.
public final class Lookout implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  private final Lags lags;
  private final Watchdog watchdog;
  private final Health health;

  public Lookout(Lags lags, Watchdog watchdog, Health health) {
    this.lags = lags;
    this.watchdog = watchdog;
    this.health = health;
  }

  @Override
  public void run() {
    try {
      lags.refresh();
      watchdog.look();
    } catch (LogException e) {
      LOG.debug("lags are not known reason={}", e.getMessage());
      watchdog.excuse();
    }
    try {
      var _ = health.reach();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = health.parts(); // So that troubles are remembered that nobody asked about.
  }
}
