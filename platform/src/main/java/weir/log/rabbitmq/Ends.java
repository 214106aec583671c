package weir.log.rabbitmq;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.OffsetRange;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// Where partitions begin and end, found by reading there.
final class Ends {

  /// A record's own time may be so much ahead of the time at which RabbitMQ took it.
  private static final long AHEAD_MILLIS = 15_000;

  private static final long LOOK_MILLIS = 250;
  private static final int LOOKS_MAX = 20;

  private final Connections connections;
  private final SharedState state;
  private final Function<Partition, Optional<Tail>> watched;

  /// @param watched the tails that are being read anyway
  Ends(Connections connections, SharedState state, Function<Partition, Optional<Tail>> watched) {
    this.connections = connections;
    this.state = state;
    this.watched = watched;
  }

  Map<Partition, OffsetRange> ranges(Set<Topic> wanted) {
    List<Partition> partitions = partitions(wanted);
    Map<Partition, OffsetRange> ranges = new TreeMap<>();
    if (partitions.isEmpty()) {
      return ranges;
    }
    Connection connection = connections.open("weir-ranges");
    try {
      Map<Partition, Tail> tails = new TreeMap<>();
      for (Partition one : partitions) {
        tails.put(one, watched.apply(one).orElseGet(() -> watch(connection, one)));
      }
      tails.forEach((partition, tail) -> ranges.put(partition, range(connection, partition, tail)));
      return ranges;
    } finally {
      Connections.close(connection);
    }
  }

  private List<Partition> partitions(Set<Topic> wanted) {
    Map<Topic, Integer> known = state.topics();
    List<Partition> partitions = new ArrayList<>();
    for (Topic topic : wanted) {
      for (int number = 0; number < known.getOrDefault(topic, 0); number++) {
        partitions.add(new Partition(topic, number));
      }
    }
    return partitions;
  }

  private static Tail watch(Connection connection, Partition partition) {
    Tail tail = new Tail(partition, (p, id, offset) -> {});
    tail.watch(connection);
    return tail;
  }

  private static OffsetRange range(Connection connection, Partition partition, Tail tail) {
    long end = tail.end();
    if (end == 0) {
      return new OffsetRange(0, 0);
    }
    return Feed.offset(connection, partition.toString(), Feed.FIRST).stream()
        .mapToObj(start -> new OffsetRange(start, end))
        .findFirst()
        .orElseThrow(() -> new LogException("the start of " + partition + " cannot be found now"));
  }

  /// Reads from a little before the time on; the broker knows times of chunks only.
  Map<Partition, Long> offsetsAt(Set<Topic> wanted, long timestampMillis) {
    Map<Partition, Long> found = new TreeMap<>();
    Connection connection = connections.open("weir-times");
    try {
      ranges(wanted)
          .forEach(
              (partition, range) ->
                  found.put(partition, find(connection, partition, range, timestampMillis)));
      return found;
    } finally {
      Connections.close(connection);
    }
  }

  private static long find(
      Connection connection, Partition partition, OffsetRange range, long timestampMillis) {
    if (range.start() == range.end()) {
      return range.end();
    }
    long from = Math.min(timestampMillis, System.currentTimeMillis()) - AHEAD_MILLIS;
    BlockingQueue<Delivery> records = new LinkedBlockingQueue<>();
    try (Feed feed =
        new Feed(
            connection,
            partition.toString(),
            Date.from(Instant.ofEpochMilli(Math.max(0, from))),
            (delivery, by) -> records.add(delivery))) {
      LogRecord record = next(records, partition, feed);
      while (record != null && record.position().offset() < range.end()) {
        if (record.timestampMillis() >= timestampMillis) {
          return record.position().offset();
        }
        if (record.position().offset() + 1 == range.end()) {
          break;
        }
        record = next(records, partition, feed);
      }
      return range.end();
    }
  }

  /// Null at the end of the stream.
  private static @Nullable LogRecord next(
      BlockingQueue<Delivery> records, Partition partition, Feed feed) {
    try {
      for (int look = 0; look < LOOKS_MAX; look++) {
        Delivery delivery = records.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (delivery != null) {
          feed.passed(delivery);
          return Messages.record(partition, delivery);
        }
        if (feed.isQuiet()) {
          return null;
        }
      }
      throw new LogException("a time in " + partition + " cannot be found now");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", e);
    }
  }
}
