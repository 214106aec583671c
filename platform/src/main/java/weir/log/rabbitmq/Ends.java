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
import java.util.concurrent.ArrayBlockingQueue;
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

  private static final long ANSWER_MILLIS = 3_000;

  private record Reading(Partition partition, Tail tail, BlockingQueue<Long> first) {}

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
      List<Reading> readings = new ArrayList<>();
      for (Partition one : partitions) {
        Tail tail = watched.apply(one).orElseGet(() -> watch(connection, one));
        readings.add(new Reading(one, tail, first(connection, one)));
      }
      for (Reading one : readings) {
        long end = one.tail.end();
        ranges.put(one.partition, new OffsetRange(end == 0 ? 0 : await(one.first, end), end));
      }
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
    Feed _ = new Feed(connection, partition.toString(), tail.from(), tail::take);
    return tail;
  }

  private static BlockingQueue<Long> first(Connection connection, Partition partition) {
    BlockingQueue<Long> first = new ArrayBlockingQueue<>(1);
    Feed _ =
        new Feed(
            connection,
            partition.toString(),
            Feed.FIRST,
            (delivery, by) -> {
              boolean _ = first.offer(Messages.offset(delivery));
            });
    return first;
  }

  private static long await(BlockingQueue<Long> first, long end) {
    try {
      Long offset = first.poll(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      return offset == null ? end : offset;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", e);
    }
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

  private static @Nullable LogRecord next(
      BlockingQueue<Delivery> records, Partition partition, Feed feed) {
    try {
      Delivery delivery = records.poll(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      if (delivery == null) {
        return null;
      }
      feed.done(delivery);
      return Messages.record(partition, delivery);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", e);
    }
  }
}
