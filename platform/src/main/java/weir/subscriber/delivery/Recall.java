package weir.subscriber.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// Reads events from the log again, by their places, as long as the log has them. Owned by one
/// thread.
final class Recall {

  private static final Duration POLL = Duration.ofMillis(500);
  private static final int EMPTY_POLLS_MAX = 10;
  private static final long SEEK_DISTANCE = 2_000;

  private final EventLog log;
  private final Topic topic;

  Recall(EventLog log, Topic topic) {
    this.log = log;
    this.topic = topic;
  }

  /// The events that are still there, by place.
  Map<Long, Arrival> read(List<Long> places) {
    Map<Long, Arrival> found = new HashMap<>();
    Map<Integer, TreeSet<Long>> byPartition = new HashMap<>();
    for (long place : places) {
      byPartition
          .computeIfAbsent(Place.partition(place), any -> new TreeSet<>())
          .add(Place.offset(place));
    }
    Map<Partition, OffsetRange> ranges = log.ranges(Set.of(topic));
    try (LogReader reader = log.reader()) {
      byPartition.forEach(
          (number, offsets) -> {
            Partition partition = new Partition(topic, number);
            OffsetRange range = ranges.getOrDefault(partition, new OffsetRange(0, 0));
            offsets.removeIf(offset -> offset < range.start() || offset >= range.end());
            read(reader, partition, offsets, found);
          });
    }
    return found;
  }

  private static void read(
      LogReader reader, Partition partition, NavigableSet<Long> offsets, Map<Long, Arrival> found) {
    long position = Long.MIN_VALUE;
    int empty = 0;
    while (!offsets.isEmpty() && empty < EMPTY_POLLS_MAX) {
      long wanted = offsets.first();
      if (wanted < position || wanted - position > SEEK_DISTANCE || position < 0) {
        reader.seek(Map.of(partition, wanted));
        position = wanted;
      }
      List<LogRecord> records = reader.poll(POLL);
      empty = records.isEmpty() ? empty + 1 : 0;
      for (LogRecord record : records) {
        long offset = record.position().offset();
        position = offset + 1;
        offsets.headSet(offset).clear();
        if (offsets.remove(offset)) {
          arrival(record).ifPresent(each -> found.put(each.place(), each));
        }
      }
    }
  }

  private static Optional<Arrival> arrival(LogRecord record) {
    byte[] body = record.value();
    Optional<byte[]> header = record.headers().bytes(HeaderNames.EVENT);
    if (body == null || header.isEmpty()) {
      return Optional.empty();
    }
    long place = Place.of(record.position().partition().number(), record.position().offset());
    EventHeader.Outline event = EventHeader.outline(header.get());
    return Optional.of(new Arrival(place, event, body, List.of(), Arrival.trace(record)));
  }
}
