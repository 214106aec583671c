package weir.pipeline;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weir.device.DeviceId;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.event.RawMessage;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;

/// What a worker that died had written to an enriched partition after its last commit.
///
/// Whoever takes over decides on the same raw messages again, perhaps differently, because the
/// registry has changed meanwhile. It must not decide against what readers have seen already: they
/// take an event whose raw offset is not above the highest one for a repeat.
final class EnrichedTail {

  /// Nothing was written.
  static final EnrichedTail NONE = new EnrichedTail(Set.of(), Map.of());

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int IDLE_POLLS_MAX = 50;

  private final Set<Long> rawOffsets;

  /// Devices by the id of an event of theirs.
  private final Map<String, Set<String>> returned;

  private final long highest;

  private EnrichedTail(Set<Long> rawOffsets, Map<String, Set<String>> returned) {
    this.rawOffsets = rawOffsets;
    this.returned = returned;
    this.highest = rawOffsets.stream().mapToLong(Long::longValue).max().orElse(-1);
  }

  /// Reads from an offset to the end.
  static EnrichedTail read(EventLog log, Partition enriched, long from) {
    OffsetRange range = log.ranges(Set.of(enriched.topic())).get(enriched);
    if (range == null || from >= range.end()) {
      return NONE;
    }
    Set<Long> rawOffsets = new HashSet<>();
    Map<String, Set<String>> returned = new HashMap<>();
    try (LogReader reader = log.reader()) {
      long next = Math.max(from, range.start());
      reader.seek(Map.of(enriched, next));
      int idle = 0;
      while (next < range.end()) {
        List<LogRecord> records = reader.poll(POLL);
        idle = records.isEmpty() ? idle + 1 : 0;
        if (idle > IDLE_POLLS_MAX) {
          throw new LogException("cannot read " + enriched + " to its end");
        }
        for (LogRecord record : records) {
          Headers headers = record.headers();
          headers
              .bytes(HeaderNames.EVENT)
              .ifPresent(header -> rawOffsets.add(EventHeader.rawOffset(header)));
          if (headers.bytes(HeaderNames.HANDED).isPresent()) {
            headers
                .text(HeaderNames.EVENT_ID)
                .ifPresent(
                    id -> returned.computeIfAbsent(id, _ -> new HashSet<>()).add(record.key()));
          }
          next = record.position().offset() + 1;
        }
      }
    }
    return new EnrichedTail(rawOffsets, returned);
  }

  /// Whether the event of this raw message is there already.
  boolean contains(long rawOffset) {
    return rawOffset <= highest && rawOffsets.contains(rawOffset);
  }

  /// Whether the message was handed over, came back and was written, all before the crash.
  boolean hasReturned(RawMessage message) {
    Set<String> devices = returned.getOrDefault(message.id().value(), Set.of());
    DeviceId device = message.device();
    return device == null ? !devices.isEmpty() : devices.contains(device.value());
  }

  /// Whether an event of this raw message would be taken for a repeat, although it is none.
  boolean hasPassed(long rawOffset) {
    return rawOffset < highest && !rawOffsets.contains(rawOffset);
  }
}
