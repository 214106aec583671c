package weir.series;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.event.Rejection;
import weir.log.EventLog.Committed;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Tally;

/// What came from the log at once: the events to write, what cannot be one, and the books as they
/// will be when all is done. Owned by the writer's thread.
final class Batch {

  private static final String RAW = "raw";
  private static final String UNKNOWN_FAMILY = "unknown";

  /// An event and the record that it came in.
  ///
  /// @param repeat its raw offset came before; it is written all the same, because writing an event
  ///     again changes nothing, but not counted
  record Pending(LogRecord record, Event event, long rawOffset, boolean repeat) {}

  /// A record that will not be stored, and why.
  ///
  /// @param rawOffset where the original message is in the raw topic, null when that is not known
  record Refused(LogRecord record, @Nullable Long rawOffset, String family, Rejection why) {}

  private final List<Pending> pending = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private final Map<Partition, Tally> tallies = new HashMap<>();
  private final Map<Partition, Long> next = new HashMap<>();
  private int repeats;

  /// @param assigned what was last committed for each partition
  Batch(List<LogRecord> records, Map<Partition, Committed> assigned) {
    for (LogRecord record : records) {
      Partition partition = record.position().partition();
      Tally tally =
          tallies.computeIfAbsent(
              partition,
              any -> Tally.parse(assigned.getOrDefault(any, new Committed(0, "")).note()));
      next.put(partition, record.position().offset() + 1);
      add(record, tally);
    }
  }

  private void add(LogRecord record, Tally tally) {
    Optional<EventHeader.Decoded> decoded = decode(record);
    if (decoded.isEmpty()) {
      Rejection why =
          new Rejection(Rejection.Reason.UNREADABLE, "no readable event header in the record");
      refused.add(new Refused(record, null, UNKNOWN_FAMILY, why));
      tally.add("aside." + UNKNOWN_FAMILY, 1);
      return;
    }
    Event event = decoded.get().event();
    long rawOffset = decoded.get().rawOffset();
    if (tally.counts().containsKey(RAW) && rawOffset <= tally.get(RAW)) {
      tally.add("repeat." + event.family(), 1);
      repeats++;
      pending.add(new Pending(record, event, rawOffset, true));
      return;
    }
    tally.set(RAW, rawOffset);
    tally.add("stored." + event.family(), 1);
    pending.add(new Pending(record, event, rawOffset, false));
  }

  private static Optional<EventHeader.Decoded> decode(LogRecord record) {
    byte[] value = record.value();
    Optional<byte[]> header = record.headers().bytes(HeaderNames.EVENT);
    if (value == null || header.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(EventHeader.decode(header.get(), value));
    } catch (IllegalArgumentException
        | java.nio.BufferUnderflowException
        | NegativeArraySizeException unreadable) {
      return Optional.empty();
    }
  }

  List<Pending> pending() {
    return pending;
  }

  List<Refused> refused() {
    return refused;
  }

  int repeats() {
    return repeats;
  }

  /// Moves an event from the stored to the set aside.
  void refuse(Pending one, Rejection why) {
    String family = one.event().family();
    refused.add(new Refused(one.record(), one.rawOffset(), family, why));
    Tally tally = tallies.get(one.record().position().partition());
    if (tally != null && !one.repeat()) {
      tally.add("stored." + family, -1);
      tally.add("aside." + family, 1);
    }
  }

  /// What to commit once everything is stored or set aside.
  Map<Partition, Committed> positions() {
    Map<Partition, Committed> positions = new HashMap<>();
    next.forEach(
        (partition, offset) -> {
          Tally tally = tallies.getOrDefault(partition, new Tally());
          positions.put(partition, new Committed(offset, tally.note()));
        });
    return positions;
  }
}
