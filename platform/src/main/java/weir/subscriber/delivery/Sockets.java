package weir.subscriber.delivery;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/// How many requests may be on their way at once, shared out so that endpoints of which nothing is
/// known, and those that fail or are slow, can never take all of it. Safe for use by many threads.
final class Sockets {

  private final Semaphore all;
  private final Map<Health.Pace, Semaphore> shares = new EnumMap<>(Health.Pace.class);

  Sockets(int max) {
    all = new Semaphore(max);
    for (Health.Pace pace : Health.Pace.values()) {
      shares.put(pace, new Semaphore(pace.share(max)));
    }
  }

  private Semaphore share(Health.Pace pace) {
    return shares.getOrDefault(pace, all);
  }

  void acquire(Health.Pace pace) throws InterruptedException {
    share(pace).acquire();
    try {
      all.acquire();
    } catch (InterruptedException e) {
      share(pace).release();
      throw e;
    }
  }

  void release(Health.Pace pace) {
    all.release();
    share(pace).release();
  }
}
