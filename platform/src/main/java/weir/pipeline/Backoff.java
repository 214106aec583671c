package weir.pipeline;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Pauses that grow from 100 ms to 30 s, with jitter, and end early on closing. Owned by one
/// thread.
final class Backoff {

  private static final long FIRST_MILLIS = 100;
  private static final long LONGEST_MILLIS = 30_000;

  private final CountDownLatch closing;
  private long nextMillis = FIRST_MILLIS;

  Backoff(CountDownLatch closing) {
    this.closing = closing;
  }

  /// Waits; true when the wait ended because of closing.
  boolean rest() throws InterruptedException {
    long jittered = nextMillis / 2 + ThreadLocalRandom.current().nextLong(nextMillis / 2 + 1);
    nextMillis = Math.min(nextMillis * 2, LONGEST_MILLIS);
    return closing.await(jittered, TimeUnit.MILLISECONDS);
  }

  boolean isUsed() {
    return nextMillis > FIRST_MILLIS;
  }

  void reset() {
    nextMillis = FIRST_MILLIS;
  }
}
