package weir.app;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.series.SeriesStore;
import weir.series.StoreException;

/// Keeps the store tidy on a thread of its own: rollups every few minutes, retention every hour.
/// What fails is tried again the next time.
final class Upkeep implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Upkeep.class);
  private static final Duration ROLL_UP_EVERY = Duration.ofMinutes(5);
  private static final int ROUNDS_PER_RETIREMENT = 12;

  private final SeriesStore store;
  private final InstantSource clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofPlatform().name("upkeep").unstarted(this::run);

  Upkeep(SeriesStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      for (int round = 1; !stop.await(ROLL_UP_EVERY.toSeconds(), TimeUnit.SECONDS); round++) {
        tidy(round % ROUNDS_PER_RETIREMENT == 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tidy(boolean retire) {
    try {
      store.rollUp(clock.instant());
      if (retire) {
        store.retire(clock.instant());
      }
    } catch (StoreException e) {
      LOGGER.warn("the store was not tidied error={}", e.getMessage());
    }
  }

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
