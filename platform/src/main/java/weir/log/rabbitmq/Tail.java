package weir.log.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weir.log.LogException;
import weir.log.Partition;

/// The end of one partition, watched: RabbitMQ tells nobody at which offset a message went
/// into a stream, so what was appended is read back.
///
/// A stream that sends nothing for a while has been read to its end, when RabbitMQ answers
/// meanwhile. In one that is written all the time the next message tells where it ended
/// before.
final class Tail {

  private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /// Told of each message that came into the stream. Must not block.
  @FunctionalInterface
  interface Watcher {
    void seen(Partition partition, String id, long offset);
  }

  private record Watch(Connection connection, Feed feed) {}

  private final Partition partition;
  private final Watcher watcher;
  private volatile @Nullable Watch watch;
  private volatile boolean settled;
  private volatile long next;

  Tail(Partition partition, Watcher watcher) {
    this.partition = partition;
    this.watcher = watcher;
  }

  /// Begins to read; what was read already is not needed again.
  void watch(Connection connection) {
    settled = false;
    Object from = next == 0 ? Feed.LAST : (Object) next;
    watch = new Watch(connection, new Feed(connection, partition.toString(), from, this::take));
  }

  boolean isWatched() {
    return watch != null;
  }

  /// Its connection is gone.
  void leave() {
    watch = null;
  }

  private void take(Delivery delivery, Feed by) {
    by.done(delivery);
    long offset = Messages.offset(delivery);
    synchronized (this) {
      if (offset < next) {
        return;
      }
      next = offset + 1;
    }
    watcher.seen(partition, String.valueOf(Messages.id(delivery)), offset);
  }

  /// The next offset. Waits, the first time, until the stream was read to its end.
  ///
  /// @throws LogException when the end cannot be told
  long end() {
    long began = System.nanoTime();
    long written = Long.MAX_VALUE;
    while (!settled) {
      Watch current = watch;
      long passed = System.nanoTime() - began;
      if (current == null || passed > PATIENCE_NANOS) {
        throw new LogException("the end of " + partition + " cannot be found now");
      }
      if (passed > BUSY_NANOS && written == Long.MAX_VALUE) {
        written = Feed.offset(current.connection, partition.toString(), Feed.NEXT).orElse(written);
      }
      settled = next >= written || current.feed.isQuiet();
    }
    return next;
  }
}
