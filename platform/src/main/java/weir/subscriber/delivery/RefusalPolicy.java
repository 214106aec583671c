package weir.subscriber.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import weir.subscriber.Endpoint;

/// When an event that its receiver refused is tried again. A pure function.
final class RefusalPolicy {

  private static final Duration[] ASIDE = {
    Duration.ofSeconds(5), Duration.ofMinutes(5), Duration.ofHours(1)
  };
  private static final Duration[] IN_LINE = {Duration.ofSeconds(5), Duration.ofSeconds(30)};
  private static final Duration BLOCKED_MAX = Duration.ofHours(24);

  private RefusalPolicy() {}

  /// The wait of an event that was laid aside; empty when it is to be parked.
  static Optional<Duration> aside(int refusals) {
    return step(ASIDE, refusals);
  }

  /// The wait of an event that others wait behind; empty when it is to be parked.
  static Optional<Duration> inLine(
      Endpoint.OnRefusal wish, int refusals, Instant first, Instant now) {
    if (wish == Endpoint.OnRefusal.PARK) {
      return step(IN_LINE, refusals);
    }
    boolean over = !now.isBefore(first.plus(BLOCKED_MAX));
    return over ? Optional.empty() : Optional.of(ASIDE[Math.min(refusals, ASIDE.length) - 1]);
  }

  private static Optional<Duration> step(Duration[] steps, int refusals) {
    return refusals <= steps.length ? Optional.of(steps[refusals - 1]) : Optional.empty();
  }
}
