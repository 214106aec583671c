package weir.log.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import weir.log.LogRecord;
import weir.log.Partition;

/// The records of several partitions, read ahead and waiting to be polled. Owned by one
/// thread, which also closes it; feeds fill it, up to so many bytes and then each as far as
/// it may go ahead.
final class Inbox {

  private static final int RECORDS_MAX = 2_000;
  private static final long BYTES_MAX = 8L * 1024 * 1024;
  private static final long OVERHEAD_BYTES = 1_024;

  /// A record, and the reading it came by: after a seek what was on its way counts no more.
  private record Arrived(Feed by, Delivery delivery, LogRecord record) {
    long cost() {
      return OVERHEAD_BYTES + delivery.getBody().length;
    }
  }

  /// Holds what came by feeds that were left, too, until it is polled and passed over.
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Map<Partition, Feed> feeds = new HashMap<>();
  private final Map<Partition, Long> next = new HashMap<>();

  /// Reads this partition from an offset on, whatever was read of it before.
  void read(Connection connection, Partition partition, long offset) {
    leave(partition);
    next.put(partition, offset);
    Feed.Sink sink =
        (delivery, by) -> add(new Arrived(by, delivery, Messages.record(partition, delivery)));
    feeds.put(partition, new Feed(connection, partition.toString(), offset, sink));
  }

  /// More may come while there is room; else when this was polled.
  private void add(Arrived one) {
    long waiting = waitingBytes.addAndGet(one.cost());
    arrived.add(one);
    if (waiting < BYTES_MAX) {
      one.by.passed(one.delivery);
    }
  }

  void leave(Partition partition) {
    next.remove(partition);
    Feed feed = feeds.remove(partition);
    if (feed != null) {
      feed.close();
    }
  }

  /// Where each partition goes on.
  Map<Partition, Long> positions() {
    return Map.copyOf(next);
  }

  List<LogRecord> poll(Duration wait) {
    List<LogRecord> records = new ArrayList<>();
    Map<Feed, Delivery> done = new HashMap<>();
    long end = System.nanoTime() + wait.toNanos();
    try {
      Arrived first = arrived.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
      while (first != null) {
        take(first, records, done);
        List<Arrived> more = new ArrayList<>();
        arrived.drainTo(more, RECORDS_MAX - records.size());
        more.forEach(one -> take(one, records, done));
        first =
            records.isEmpty() ? arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS) : null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    done.forEach(Feed::done);
    return records;
  }

  private void take(Arrived one, Collection<LogRecord> records, Map<Feed, Delivery> done) {
    waitingBytes.addAndGet(-one.cost());
    done.put(one.by, one.delivery);
    Partition partition = one.record.position().partition();
    long offset = one.record.position().offset();
    if (feeds.get(partition) != one.by) {
      return;
    }
    if (offset >= next.getOrDefault(partition, 0L)) {
      next.put(partition, offset + 1);
      records.add(one.record);
    }
  }

  void leaveAll() {
    List.copyOf(feeds.keySet()).forEach(this::leave);
  }
}
