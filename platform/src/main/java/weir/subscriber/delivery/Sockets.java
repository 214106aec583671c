package weir.subscriber.delivery;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;

/// How many requests may be on their way at once, shared out so that endpoints of which nothing is
/// known, and those that fail or are slow, can never take all of it. Safe for use by many threads.
///
/// A request that is late gives its place back to the others. Until it ends it takes from the share
/// of the slow, even when nothing is left of that, and there can be as many late ones as others;
/// those beyond keep their places. So endpoints that hang stop nobody for longer than it takes to
/// be late, whatever was known of them before.
final class Sockets {

  /// How long a request may take until it is late.
  private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

  private final int max;
  private final Share all;
  private final Map<Health.Pace, Share> shares = new EnumMap<>(Health.Pace.class);
  private final Semaphore late;

  /// Those that are not late, the oldest first; guarded by this.
  private final Set<Permit> punctual = new LinkedHashSet<>();

  Sockets(int max) {
    this.max = max;
    all = new Share(max);
    late = new Semaphore(max);
    for (Health.Pace pace : Health.Pace.values()) {
      shares.put(pace, new Share(pace.share(max)));
    }
  }

  /// Places, of which more can be taken than there are.
  private static final class Share extends Semaphore {
    private static final long serialVersionUID = 1;

    Share(int places) {
      super(places);
    }

    void overdraw() {
      reducePermits(1);
    }
  }

  /// Requests on their way, by the pace of their endpoints: `fast`, `new`, `slow`, and `late`.
  synchronized Map<String, Integer> taken() {
    int late = max - this.late.availablePermits();
    Map<String, Integer> taken = new TreeMap<>(Map.of("late", late));
    shares.forEach(
        (pace, share) -> taken.put(pace.text(), pace.share(max) - share.availablePermits()));
    taken.merge(Health.Pace.SLOW.text(), -late, Integer::sum);
    return taken;
  }

  private Share share(Health.Pace pace) {
    return shares.getOrDefault(pace, all);
  }

  /// Waits for a place for a request, by the pace that its endpoint has now.
  Permit acquire(Health health) throws InterruptedException {
    Health.Pace pace = health.pace();
    share(pace).acquire();
    try {
      all.acquire();
    } catch (InterruptedException e) {
      share(pace).release();
      throw e;
    }
    return enter(new Permit(health, pace, System.nanoTime()));
  }

  private synchronized Permit enter(Permit permit) {
    punctual.add(permit);
    return permit;
  }

  /// Looks for requests that are late now, and gives their places to others. Returns whether there
  /// were any.
  synchronized boolean yieldLate(long nowNanos) {
    boolean any = false;
    Iterator<Permit> oldest = punctual.iterator();
    while (oldest.hasNext()) {
      Permit permit = oldest.next();
      if (nowNanos - permit.sinceNanos < PATIENCE_NANOS || !late.tryAcquire()) {
        return any;
      }
      oldest.remove();
      permit.yieldPlace();
      any = true;
    }
    return any;
  }

  /// The place of one request, until it is closed.
  final class Permit implements AutoCloseable {
    private final Health health;
    private final Health.Pace pace;
    private final long sinceNanos;

    private Permit(Health health, Health.Pace pace, long sinceNanos) {
      this.health = health;
      this.pace = pace;
      this.sinceNanos = sinceNanos;
    }

    private void yieldPlace() {
      share(Health.Pace.SLOW).overdraw();
      share(pace).release();
      all.release();
      health.late();
    }

    @Override
    public void close() {
      synchronized (Sockets.this) {
        if (punctual.remove(this)) {
          share(pace).release();
          all.release();
        } else {
          share(Health.Pace.SLOW).release();
          late.release();
          health.lateEnded();
        }
      }
    }
  }
}
