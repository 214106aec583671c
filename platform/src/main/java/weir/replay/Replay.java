package weir.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weir.event.Event;
import weir.log.EventLog;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.pipeline.Trial;
import weir.series.SeriesStore;

/// Runs a time of the raw topic through today's decoders, tells how that differs from what is
/// stored, and replaces it when asked to. Nothing is sent to anybody, and nothing is counted in the
/// books: a replaced event keeps its id and its time. One replay runs at a time.
public final class Replay {

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final int SILENT_POLLS_MAX = 30;
  private static final int EXAMPLES_MAX = 20;

  private final EventLog log;
  private final Topic raw;
  private final Supplier<Trial> decoder;
  private final SeriesStore store;
  private final Function<String, SeriesStore> shadows;
  private final ReentrantLock running = new ReentrantLock();

  /// @param shadows opens a store of a name beside the one that everybody uses
  public Replay(
      EventLog log,
      Topic raw,
      Supplier<Trial> decoder,
      SeriesStore store,
      Function<String, SeriesStore> shadows) {
    this.log = log;
    this.raw = raw;
    this.decoder = decoder;
    this.store = store;
    this.shadows = shadows;
  }

  /// @throws weir.series.StoreException when a store cannot be asked
  /// @throws LogException when the log cannot be read
  public ReplayReport run(ReplayRequest request) {
    running.lock();
    try {
      if (request.into().isEmpty()) {
        return new Run(request, null).go();
      }
      try (SeriesStore shadow = shadows.apply(request.into())) {
        return new Run(request, shadow).go();
      }
    } finally {
      running.unlock();
    }
  }

  /// One replay.
  private final class Run {
    private final ReplayRequest request;
    private final @Nullable SeriesStore shadow;
    private final Trial trial = decoder.get();
    private final List<Difference> examples = new ArrayList<>();
    private final Map<Comparison.Verdict, Long> verdicts = new HashMap<>();
    private long messages;
    private long refused;
    private long shadowed;
    private long promoted;

    Run(ReplayRequest request, @Nullable SeriesStore shadow) {
      this.request = request;
      this.shadow = shadow;
    }

    ReplayReport go() {
      Map<Partition, Long> next = log.offsetsAt(Set.of(raw), request.from().toEpochMilli());
      Map<Partition, Long> end = log.offsetsAt(Set.of(raw), request.to().toEpochMilli());
      next.entrySet().removeIf(each -> each.getValue() >= end.getOrDefault(each.getKey(), 0L));
      try (EventLog.LogReader reader = log.reader()) {
        if (!next.isEmpty()) {
          reader.seek(next);
        }
        for (int silent = 0; !next.isEmpty(); ) {
          List<LogRecord> records = reader.poll(POLL);
          silent = records.isEmpty() ? silent + 1 : 0;
          if (silent > SILENT_POLLS_MAX) {
            throw new LogException("the log does not give what it has");
          }
          take(records, next, end);
        }
      }
      return report();
    }

    /// Partitions are read side by side, so some records are from behind the end.
    private void take(
        List<LogRecord> records, Map<Partition, Long> next, Map<Partition, Long> end) {
      List<Event> events = new ArrayList<>();
      for (LogRecord record : records) {
        Partition partition = record.position().partition();
        long offset = record.position().offset();
        long limit = end.getOrDefault(partition, 0L);
        if (offset < limit) {
          decode(record, events);
        }
        if (offset + 1 >= limit) {
          next.remove(partition);
        }
      }
      settle(events);
    }

    private void decode(LogRecord record, List<Event> events) {
      if (!request.devices().isEmpty() && !request.devices().contains(record.key())) {
        return;
      }
      messages++;
      switch (trial.decode(record)) {
        case Trial.Result.Decoded(Event event, boolean _) -> events.add(event);
        case Trial.Result.Refused _ -> refused++;
      }
    }

    private void settle(List<Event> events) {
      if (events.isEmpty()) {
        return;
      }
      Comparison comparison = new Comparison(store, events);
      List<Event> changed = new ArrayList<>();
      for (Event event : events) {
        Comparison.Verdict verdict = comparison.compare(event);
        verdicts.merge(verdict, 1L, Long::sum);
        if (verdict == Comparison.Verdict.CHANGED) {
          changed.add(event);
        }
      }
      List<Difference> found = comparison.differences();
      int room = Math.min(found.size(), EXAMPLES_MAX - examples.size());
      examples.addAll(found.subList(0, room));
      if (shadow != null) {
        shadow.replace(events);
        shadowed += events.size();
      }
      if (request.promote() && !changed.isEmpty()) {
        store.replace(changed);
        promoted += changed.size();
      }
    }

    private ReplayReport report() {
      return new ReplayReport(
          messages,
          verdicts.getOrDefault(Comparison.Verdict.SAME, 0L),
          verdicts.getOrDefault(Comparison.Verdict.CHANGED, 0L),
          verdicts.getOrDefault(Comparison.Verdict.MOVED, 0L),
          verdicts.getOrDefault(Comparison.Verdict.UNSTORED, 0L),
          refused,
          shadowed,
          promoted,
          examples);
    }
  }
}
