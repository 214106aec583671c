package weir.view.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits for one browser: the latest figures, and at most [#MESSAGES_MAX] messages. The
/// feed puts in and never waits; who is slow loses the oldest, and is told how many.
final class Watcher {

  static final int MESSAGES_MAX = 100;

  /// What was waiting.
  ///
  /// @param figures the latest, as JSON; null when there are none since the last time
  /// @param messages each as JSON, oldest first
  /// @param sampledOut messages that matched and were left out, because more flow than
  /// anyone reads
  /// @param missed messages that were dropped, because this browser was slow
  record Delivery(
      @Nullable String figures, List<String> messages, long sampledOut, long missed, boolean over) {

    boolean isEmpty() {
      return figures == null && messages.isEmpty() && sampledOut == 0 && missed == 0;
    }
  }

  private final Wish wish;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<String> messages = new ArrayDeque<>();
  private @Nullable String figures;
  private long sampledOut;
  private long missed;
  private boolean over;

  Watcher(Wish wish) {
    this.wish = wish;
  }

  Wish wish() {
    return wish;
  }

  void putFigures(String json) {
    change(() -> figures = json);
  }

  void putMessages(List<String> more, long leftOut) {
    if (more.isEmpty() && leftOut == 0) {
      return;
    }
    change(
        () -> {
          sampledOut += leftOut;
          messages.addAll(more);
          while (messages.size() > MESSAGES_MAX) {
            messages.removeFirst();
            missed++;
          }
        });
  }

  /// Nothing comes any more.
  void end() {
    change(() -> over = true);
  }

  private void change(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Takes everything that waits; waits for something to come, but not longer than this.
  Delivery take(Duration wait) throws InterruptedException {
    lock.lock();
    try {
      long left = wait.toNanos();
      while (!over && figures == null && messages.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
      }
      Delivery delivery =
          new Delivery(figures, new ArrayList<>(messages), sampledOut, missed, over);
      messages.clear();
      figures = null;
      sampledOut = 0;
      missed = 0;
      return delivery;
    } finally {
      lock.unlock();
    }
  }
}
