package weir.app.watch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// Looks at the lags and the stages, so that pages and figures need not wait for an answer. To be
/// run every few seconds by one thread, which waits for nobody but the log.
public final class Lookout implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  private final Lags lags;
  private final Watchdog watchdog;

  public Lookout(Lags lags, Watchdog watchdog) {
    this.lags = lags;
    this.watchdog = watchdog;
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
  }
}
