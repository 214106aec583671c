package weir.view.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import weir.log.Partition;

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
  /// @param skipped messages that nobody looked at, so that some of them may have matched
  /// @param place up to where in the log this is
  record Delivery(
      @Nullable String figures,
      List<String> messages,
      long sampledOut,
      long missed,
      long skipped,
      String place,
      boolean over) {}

  private final Wish wish;
  private Map<Integer, Long> after;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<String> messages = new ArrayDeque<>();
  private @Nullable String figures;
  private long sampledOut;
  private long missed;
  private long skipped;
  private String place = "";
  private boolean over;

  /// @param after where the browser was when it lost the connection, by partition; empty when
  ///     it comes for the first time
  Watcher(Wish wish, Map<Integer, Long> after) {
    this.wish = wish;
    this.after = after;
  }

  Wish wish() {
    return wish;
  }

  void putFigures(String json) {
    change(() -> figures = json);
  }

  /// Counts what passed while the browser had lost the connection; the first time only. Called
  /// by the feed alone.
  ///
  /// @param now where the feed goes on
  void comeBack(Map<Partition, Long> now) {
    long passed = 0;
    for (Map.Entry<Partition, Long> each : now.entrySet()) {
      long was = after.getOrDefault(each.getKey().number(), each.getValue());
      passed += Math.max(0, each.getValue() - was);
    }
    after = Map.of();
    if (passed > 0) {
      long unseen = passed;
      change(() -> skipped += unseen);
    }
  }

  /// @param leftOut messages that matched and are not among these
  /// @param unread messages that nobody looked at
  /// @param upTo the place in the log behind all of them
  void putMessages(List<String> more, long leftOut, long unread, String upTo) {
    lock.lock();
    try {
      place = upTo;
    } finally {
      lock.unlock();
    }
    if (more.isEmpty() && leftOut == 0 && unread == 0) {
      return;
    }
    change(
        () -> {
          sampledOut += leftOut;
          skipped += unread;
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
      while (!over && isIdle() && left > 0) {
        left = changed.awaitNanos(left);
      }
      Delivery delivery =
          new Delivery(
              figures, new ArrayList<>(messages), sampledOut, missed, skipped, place, over);
      messages.clear();
      figures = null;
      sampledOut = 0;
      missed = 0;
      skipped = 0;
      return delivery;
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle() {
    return figures == null && messages.isEmpty() && sampledOut == 0 && skipped == 0;
  }
}
