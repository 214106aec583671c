package weir.pipeline;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;

/// Counts unexpected errors within the last minute. Owned by one worker.
final class Failures {

  private static final long WINDOW_MILLIS = Duration.ofMinutes(1).toMillis();

  private final InstantSource clock;
  private final int perMinuteMax;
  private final ArrayDeque<Long> times = new ArrayDeque<>();

  Failures(InstantSource clock, int perMinuteMax) {
    this.clock = clock;
    this.perMinuteMax = perMinuteMax;
  }

  /// Counts one more; false when that is one too many, and then it is not counted.
  boolean admit() {
    long now = clock.millis();
    while (!times.isEmpty() && times.getFirst() <= now - WINDOW_MILLIS) {
      times.removeFirst();
    }
    if (times.size() >= perMinuteMax) {
      return false;
    }
    times.addLast(now);
    return true;
  }

  void clear() {
    times.clear();
  }
}
