package weir.fleet.model;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Tells a model how many seconds went by since it was last asked; zero at the first time.
final class Stopwatch {

  private @Nullable Instant first;
  private @Nullable Instant last;

  double lap(Instant now) {
    Instant before = last == null ? now : last;
    if (first == null) {
      first = now;
    }
    last = now;
    return Math.max(0, Duration.between(before, now).toNanos() / 1e9);
  }

  /// Since the first lap.
  Duration total() {
    return first == null || last == null ? Duration.ZERO : Duration.between(first, last);
  }
}
