package weir.series;

import java.time.Duration;
import java.time.Instant;
import weir.event.Event;
import weir.event.Reading;

/// What a store takes, and how it keeps rollups.
///
/// @param seriesPerDeviceMax different metrics of one device; an event with more is refused
/// @param timeAheadMax how far an event's time may be ahead of its receive time
/// @param rollupRetention how long hourly rollups are kept
/// @param rollupDelay how long an hour must be left alone before it is rolled up
public record StoreLimits(
    int seriesPerDeviceMax, Duration timeAheadMax, Duration rollupRetention, Duration rollupDelay) {

  private static final Instant OLDEST = Instant.parse("2000-01-01T00:00:00Z");

  public StoreLimits {
    if (seriesPerDeviceMax < 1) {
      throw new IllegalArgumentException("series-per-device-max must be at least 1");
    }
    if (!timeAheadMax.isPositive()) {
      throw new IllegalArgumentException("time-ahead-max must be positive");
    }
    if (!rollupRetention.isPositive()) {
      throw new IllegalArgumentException("rollup-retention must be positive");
    }
    if (rollupDelay.isNegative()) {
      throw new IllegalArgumentException("rollup-delay must not be negative");
    }
  }

  public static StoreLimits defaults() {
    return new StoreLimits(512, Duration.ofDays(366), Duration.ofDays(730), Duration.ofMinutes(2));
  }

  /// @throws RefusedException when a time of the event is one that no clock shows
  public void check(Event event) {
    check(event.time(), event);
    for (Reading reading : event.readings()) {
      Instant own = reading.at();
      if (own != null) {
        check(own, event);
      }
    }
  }

  private void check(Instant time, Event event) {
    if (time.isBefore(OLDEST)) {
      throw new RefusedException("the time " + time + " is before " + OLDEST);
    }
    if (time.isAfter(event.receivedAt().plus(timeAheadMax))) {
      throw new RefusedException("the time " + time + " is ahead by more than " + timeAheadMax);
    }
  }
}
