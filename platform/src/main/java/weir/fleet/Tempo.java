package weir.fleet;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// When a fleet speaks. Two runs with the same seed and start say the same, byte for byte.
///
/// @param seed of all chance in the fleet
/// @param start the devices' time at which the run begins; kept in whole milliseconds
/// @param duration how long the run lasts, by the devices' time
/// @param pace how the devices' time passes
/// @param speed how many seconds of the devices' time pass in one second; live only
public record Tempo(long seed, Instant start, Duration duration, Pace pace, double speed) {

  /// Long enough to mean: until it is stopped.
  public static final Duration FOREVER = Duration.ofDays(3_650);

  /// How the devices' time passes.
  public enum Pace {
    /// With the clock, or a multiple of it. What a device cannot get rid of is lost when its buffer
    /// is full, as on a real device.
    LIVE,
    /// As fast as the platform accepts: a past period is filled.
    BACKFILL
  }

  public Tempo {
    start = start.truncatedTo(ChronoUnit.MILLIS);
    if (!duration.isPositive() || duration.compareTo(FOREVER) > 0) {
      throw new IllegalArgumentException("duration must be positive, at most ten years");
    }
    if (!(speed > 0) || speed > 1_000_000) {
      throw new IllegalArgumentException("speed must be above 0 and at most 1,000,000");
    }
  }

  public static Tempo live(long seed, Instant start, Duration duration) {
    return new Tempo(seed, start, duration, Pace.LIVE, 1);
  }

  public static Tempo compressed(long seed, Instant start, Duration duration, double speed) {
    return new Tempo(seed, start, duration, Pace.LIVE, speed);
  }

  public static Tempo backfill(long seed, Instant start, Duration duration) {
    return new Tempo(seed, start, duration, Pace.BACKFILL, 1);
  }

  Instant end() {
    return start.plus(duration);
  }
}
