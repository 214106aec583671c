package weir.log.rabbitmq;

import com.rabbitmq.client.Delivery;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import weir.log.Partition;

/// The end of one partition, watched: RabbitMQ tells nobody at which offset a message went into a
/// stream, so what was appended is read back.
///
/// A stream that sends nothing for a while has been read to its end.
final class Tail {

  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /// Told of each message that came into the stream. Must not block.
  @FunctionalInterface
  interface Watcher {
    void seen(Partition partition, String id, long offset);
  }

  private final Partition partition;
  private final Watcher watcher;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private long next;
  private long lastNewsNanos = System.nanoTime();
  private boolean settled;

  Tail(Partition partition, Watcher watcher) {
    this.partition = partition;
    this.watcher = watcher;
  }

  /// Where to begin to read: what was read already is not needed again.
  Object from() {
    lock.lock();
    try {
      settled = false;
      lastNewsNanos = System.nanoTime();
      return next == 0 ? Feed.LAST : next;
    } finally {
      lock.unlock();
    }
  }

  void take(Delivery delivery, Feed by) {
    by.done(delivery);
    long offset = Messages.offset(delivery);
    lock.lock();
    try {
      if (offset < next) {
        return;
      }
      next = offset + 1;
      lastNewsNanos = System.nanoTime();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    watcher.seen(partition, String.valueOf(Messages.id(delivery)), offset);
  }

  /// The next offset. Waits, the first time, until the stream was read to its end.
  long end() {
    lock.lock();
    try {
      long left = lastNewsNanos + QUIET_NANOS - System.nanoTime();
      while (!settled && left > 0) {
        left = moved.awaitNanos(left);
        left = Math.max(left, lastNewsNanos + QUIET_NANOS - System.nanoTime());
      }
      settled = true;
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return next;
    } finally {
      lock.unlock();
    }
  }
}
