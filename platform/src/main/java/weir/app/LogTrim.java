package weir.app;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.Committed;
import weir.log.EventLog.OffsetRange;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.Topics;
import weir.log.kafka.KafkaLog;

/// Removes what is old from the embedded log, but nothing that a stage of the platform has still to
/// read, and no dead letters. The copies by device type go by their age alone.
final class LogTrim {

  /// An audit learns from its enriched record what became of a raw message, so that one stays
  /// longer, by more than a message may wait to be tried again.
  static final Duration ENRICHED_LONGER = Duration.ofMinutes(5);

  private final KafkaLog log;
  private final Topics topics;
  private final Set<String> rawGroups;
  private final Set<String> enrichedGroups;

  /// @param rawGroups those that must have read a raw message before it may go
  /// @param enrichedGroups the same for enriched ones
  LogTrim(KafkaLog log, Topics topics, Set<String> rawGroups, Set<String> enrichedGroups) {
    this.log = log;
    this.topics = topics;
    this.rawGroups = Set.copyOf(rawGroups);
    this.enrichedGroups = Set.copyOf(enrichedGroups);
  }

  /// Removes records from before this time; how many.
  long removeBefore(Instant time) {
    Instant ofEnriched = time.minus(ENRICHED_LONGER);
    Set<Topic> copies =
        log.topics().stream().filter(topics::isOfType).collect(Collectors.toUnmodifiableSet());
    return remove(Set.of(topics.raw()), time, rawGroups)
        + remove(Set.of(topics.enriched()), ofEnriched, enrichedGroups)
        + remove(copies, ofEnriched, Set.of());
  }

  private long remove(Set<Topic> from, Instant time, Set<String> readers) {
    Map<Partition, OffsetRange> ranges = log.ranges(from);
    Map<Partition, Long> first = new HashMap<>(log.offsetsAt(from, time.toEpochMilli()));
    for (String reader : readers) {
      Map<Partition, Committed> read = log.committed(reader);
      first.replaceAll((partition, offset) -> Math.min(offset, offsetOf(read.get(partition))));
    }
    long[] removed = {0};
    ranges.forEach(
        (partition, range) ->
            first.computeIfPresent(
                partition,
                (_, offset) -> {
                  removed[0] += Math.max(0, offset - range.start());
                  return offset > range.start() ? offset : null;
                }));
    if (!first.isEmpty()) {
      log.removeBefore(first);
    }
    return removed[0];
  }

  private static long offsetOf(@Nullable Committed committed) {
    return committed == null ? 0 : committed.offset();
  }
}
