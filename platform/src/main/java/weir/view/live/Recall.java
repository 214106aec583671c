package weir.view.live;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weir.log.EventLog;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.Topics;

/// Brings back the rates of the last two hours after a restart, from the times in the log:
/// denser for the last minutes than for those before. What was stored when is not in the
/// log; it is taken to be what was enriched. Runs once, on a thread of its own, in some
/// seconds.
final class Recall {

  /// How far back, and how far apart.
  private record Reach(Duration back, Duration step) {}

  private static final List<Reach> REACHES =
      List.of(
          new Reach(RateHistory.LENGTH, Duration.ofSeconds(24)),
          new Reach(Duration.ofMinutes(30), Duration.ofSeconds(12)),
          new Reach(Duration.ofMinutes(10), Duration.ofSeconds(4)));

  private final EventLog log;
  private final Topics topics;
  private final RateHistory history;

  Recall(EventLog log, Topics topics, RateHistory history) {
    this.log = log;
    this.topics = topics;
    this.history = history;
  }

  /// Fills the history up to a time, from which on it is known.
  void run(long knownFromMillis) {
    for (int i = 0; i < REACHES.size(); i++) {
      Reach reach = REACHES.get(i);
      long end =
          i + 1 < REACHES.size()
              ? knownFromMillis - REACHES.get(i + 1).back().toMillis()
              : knownFromMillis;
      long step = reach.step().toMillis();
      long start = (knownFromMillis - reach.back().toMillis()) / step * step;
      for (long at = start; at < end; at += step) {
        history.add(at, totals(at));
      }
    }
  }

  private RateHistory.Totals totals(long atMillis) {
    Map<Topic, Long> passed = new HashMap<>();
    for (Map.Entry<Partition, Long> each :
        log.offsetsAt(Set.of(topics.raw(), topics.enriched(), topics.dlq()), atMillis).entrySet()) {
      passed.merge(each.getKey().topic(), each.getValue(), Long::sum);
    }
    long enriched = passed.getOrDefault(topics.enriched(), 0L);
    return new RateHistory.Totals(
        passed.getOrDefault(topics.raw(), 0L),
        enriched,
        enriched,
        passed.getOrDefault(topics.dlq(), 0L),
        0);
  }
}
