package weir.app.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.EventLog.OffsetRange;
import weir.log.Partition;
import weir.log.Topic;

/// What waits in the log for each group, by partition, as it was when last asked. One thread asks,
/// any reads.
public final class Lags {

  /// A group and the topic that it reads.
  public record Reader(String group, Topic topic) {}

  /// One partition of one group.
  ///
  /// @param done next offset that the group will read, as far as it has committed
  /// @param end next offset that will be written
  public record Line(Reader reader, int partition, long done, long end) {
    public long waiting() {
      return end - done;
    }

    String name() {
      return reader.topic().name() + "-" + partition;
    }
  }

  private final EventLog log;
  private final List<Reader> readers;
  private final Set<Topic> topics;
  private volatile List<Line> lines = List.of();
  private volatile Map<Topic, Long> ends = Map.of();

  /// @param topics counted too, beside those that the groups read
  public Lags(EventLog log, List<Reader> readers, Set<Topic> topics) {
    this.log = log;
    this.readers = List.copyOf(readers);
    this.topics = new LinkedHashSet<>(topics);
    readers.forEach(reader -> this.topics.add(reader.topic()));
  }

  /// Asks the log; against the stream, so that nobody seems to have done more than there is.
  ///
  /// @throws weir.log.LogException when the log does not answer
  void refresh() {
    Map<Reader, Map<Partition, Committed>> committed = new HashMap<>();
    readers.forEach(reader -> committed.put(reader, log.committed(reader.group())));
    Map<Partition, OffsetRange> ranges = log.ranges(topics);
    List<Line> fresh = new ArrayList<>();
    committed.forEach(
        (reader, done) ->
            ranges.forEach(
                (partition, range) -> {
                  if (partition.topic().equals(reader.topic())) {
                    fresh.add(line(reader, partition, done.get(partition), range));
                  }
                }));
    lines = List.copyOf(fresh);
    Map<Topic, Long> sums = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
    ranges.forEach((partition, range) -> sums.merge(partition.topic(), range.end(), Long::sum));
    ends = sums;
  }

  private static Line line(
      Reader reader, Partition partition, @Nullable Committed committed, OffsetRange range) {
    long done = Math.max(committed == null ? 0 : committed.offset(), range.start());
    return new Line(reader, partition.number(), Math.min(done, range.end()), range.end());
  }

  public List<Line> lines() {
    return lines;
  }

  /// What each partition has for a group.
  public List<Watchdog.Work> work(String group) {
    return lines.stream()
        .filter(line -> line.reader().group().equals(group))
        .map(line -> new Watchdog.Work(line.name(), line.waiting(), line.done()))
        .toList();
  }

  /// How many records were ever written to each topic.
  public Map<Topic, Long> ends() {
    return ends;
  }
}
