package weir.subscriber.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import weir.meter.Histogram;

/// What became of the events that were sent, and how long receivers took. Safe for use by many
/// threads.
public final class AttemptMeter {

  private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
  private final Histogram times = Histogram.ofTimes();
  private final Histogram delays = Histogram.ofTimes();

  AttemptMeter() {
    for (Verdict one :
        List.of(
            new Verdict.Delivered(),
            new Verdict.Refused(),
            new Verdict.Failed(Duration.ZERO),
            new Verdict.Gone())) {
      outcomes.put(one.text(), new LongAdder());
    }
  }

  void count(List<Report.Sent> sent) {
    for (Report.Sent one : sent) {
      outcomes.computeIfAbsent(one.attempt().verdict().text(), any -> new LongAdder()).increment();
      times.record(TimeUnit.MILLISECONDS.toNanos(one.attempt().millis()));
      if (one.attempt().verdict() instanceof Verdict.Delivered) {
        delays.record(delay(one).toNanos());
      }
    }
  }

  private static Duration delay(Report.Sent sent) {
    Duration waited = Duration.between(sent.event().acceptedAt(), sent.attempt().at());
    return waited.plusMillis(sent.attempt().millis());
  }

  /// Events sent since the start, by what came of it: `delivered`, `refused`, `failed`, `gone`.
  public Map<String, LongAdder> outcomes() {
    return Map.copyOf(outcomes);
  }

  /// From the door to the answer, of what was delivered.
  public Histogram delays() {
    return delays;
  }

  /// From the request to the answer, or to giving up.
  public Histogram times() {
    return times;
  }
}
