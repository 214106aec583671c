package weir.fleet.wire;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Lets only so many connect at one time; the others wait their turn in order. Admits on the thread
/// of who enters or of who leaves.
final class Turnstile {

  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private int free;

  Turnstile(int insideMax) {
    this.free = insideMax;
  }

  void enter(Runnable admitted) {
    synchronized (this) {
      if (free == 0) {
        queue.add(admitted);
        return;
      }
      free--;
    }
    admitted.run();
  }

  void leave() {
    Runnable next = next();
    if (next != null) {
      next.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable next = queue.poll();
    if (next == null) {
      free++;
    }
    return next;
  }
}
