package weir.view.topic;

import static java.util.stream.Collectors.toSet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.view.Scan;

/// Reads pages of a topic, forward from a place or backward from one, and looks for a text
/// while it reads. A page looks at [#SCAN_MAX] records at most and for [#TIME_MAX]; it tells
/// how many it looked at and where to go on. Safe for many threads; each page has a reader
/// of its own.
public final class TopicBrowser {

  static final int SCAN_MAX = 200_000;
  static final Duration TIME_MAX = Duration.ofSeconds(4);

  private static final int CHUNK = 4_000;
  private static final Comparator<LogRecord> OLDEST_FIRST =
      Comparator.comparingLong(LogRecord::timestampMillis)
          .thenComparing(record -> record.position().partition())
          .thenComparingLong(record -> record.position().offset());

  /// A page.
  ///
  /// @param scanned records that were looked at
  /// @param next where the next page starts, by partition; empty when there is nothing more
  public record Page(List<LogRecord> records, long scanned, Map<Partition, Long> next) {}

  private final EventLog log;
  private final LongSupplier nanos;

  public TopicBrowser(EventLog log, LongSupplier nanos) {
    this.log = log;
    this.nanos = nanos;
  }

  /// The newest records before these offsets, newest first. Partitions that are not named
  /// are not read.
  Page backward(Map<Partition, OffsetRange> ranges, RecordSearch search, int limit) {
    return new Reading(ranges, search::finds, chunk(search, limit), limit, true).run();
  }

  /// The newest records that pass, before these offsets.
  public Page backward(Map<Partition, OffsetRange> ranges, Predicate<LogRecord> search, int limit) {
    return new Reading(ranges, search, CHUNK, limit, true).run();
  }

  private static int chunk(RecordSearch search, int limit) {
    return search.findsAll() ? limit : CHUNK;
  }

  /// The oldest records from the starts of these ranges on, oldest first.
  Page forward(Map<Partition, OffsetRange> ranges, RecordSearch search, int limit) {
    return new Reading(ranges, search::finds, chunk(search, limit), limit, false).run();
  }

  /// The ranges of a topic's partitions; empty when there is no such topic.
  public Map<Partition, OffsetRange> ranges(Topic topic) {
    return new TreeMap<>(log.ranges(Set.of(topic)));
  }

  /// The ranges from the first record at or after a time on.
  Map<Partition, OffsetRange> since(Map<Partition, OffsetRange> ranges, long timeMillis) {
    Set<Topic> topics = ranges.keySet().stream().map(Partition::topic).collect(toSet());
    Map<Partition, Long> starts = log.offsetsAt(topics, timeMillis);
    Map<Partition, OffsetRange> later = new TreeMap<>();
    ranges.forEach(
        (partition, range) -> {
          long start = starts.getOrDefault(partition, range.start());
          later.put(
              partition,
              new OffsetRange(Math.clamp(start, range.start(), range.end()), range.end()));
        });
    return later;
  }

  public Optional<LogRecord> record(Partition partition, long offset) {
    OffsetRange range = log.ranges(Set.of(partition.topic())).get(partition);
    if (range == null || offset < range.start() || offset >= range.end()) {
      return Optional.empty();
    }
    List<LogRecord> found = new ArrayList<>();
    try (EventLog.LogReader reader = log.reader()) {
      Scan.all(reader, Map.of(partition, new OffsetRange(offset, offset + 1)), found::add);
    }
    return found.stream().findFirst();
  }

  /// One page being read: chunk by chunk away from its start, until it is full.
  private final class Reading {

    private final Map<Partition, OffsetRange> ranges;
    private final Predicate<LogRecord> search;
    private final int chunk;
    private final int limit;
    private final boolean backward;
    private final Map<Partition, Long> edge = new TreeMap<>();
    private final List<LogRecord> found = new ArrayList<>();
    private long scanned;

    Reading(
        Map<Partition, OffsetRange> ranges,
        Predicate<LogRecord> search,
        int chunk,
        int limit,
        boolean backward) {
      this.ranges = ranges;
      this.search = search;
      this.chunk = chunk;
      this.limit = limit;
      this.backward = backward;
      ranges.forEach(
          (partition, range) -> edge.put(partition, backward ? range.end() : range.start()));
    }

    Page run() {
      long deadline = nanos.getAsLong() + TIME_MAX.toNanos();
      try (EventLog.LogReader reader = log.reader()) {
        while (found.size() < limit
            && scanned < SCAN_MAX
            && isMore()
            && nanos.getAsLong() < deadline) {
          Scan.all(reader, nextChunk(), this::look);
        }
      }
      found.sort(backward ? OLDEST_FIRST.reversed() : OLDEST_FIRST);
      List<LogRecord> shown = found.subList(0, Math.min(limit, found.size()));
      Map<Partition, Long> next = next(shown.size());
      return new Page(List.copyOf(shown), scanned, next);
    }

    private boolean isMore() {
      return edge.entrySet().stream().anyMatch(each -> isMore(each.getKey(), each.getValue()));
    }

    private boolean isMore(Partition partition, long offset) {
      OffsetRange range = ranges.getOrDefault(partition, new OffsetRange(0, 0));
      return backward ? offset > range.start() : offset < range.end();
    }

    private Map<Partition, OffsetRange> nextChunk() {
      Map<Partition, OffsetRange> next = new HashMap<>();
      ranges.forEach(
          (partition, range) -> {
            long from = edge.getOrDefault(partition, 0L);
            long to =
                backward
                    ? Math.max(range.start(), from - chunk)
                    : Math.min(range.end(), from + chunk);
            edge.put(partition, to);
            next.put(partition, backward ? new OffsetRange(to, from) : new OffsetRange(from, to));
          });
      return next;
    }

    private void look(LogRecord record) {
      scanned++;
      if (search.test(record)) {
        found.add(record);
      }
    }

    /// Where the next page starts: beside what was shown, before what was found and not
    /// shown, or where reading ended.
    private Map<Partition, Long> next(int shown) {
      Map<Partition, Long> next = new TreeMap<>(edge);
      for (LogRecord left : found.subList(shown, found.size())) {
        long offset = left.position().offset();
        next.merge(
            left.position().partition(),
            backward ? offset + 1 : offset,
            backward ? Math::max : Math::min);
      }
      next.entrySet().removeIf(each -> !isMore(each.getKey(), each.getValue()));
      return next;
    }
  }
}
