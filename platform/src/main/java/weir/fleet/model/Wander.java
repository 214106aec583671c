package weir.fleet.model;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Noise with a memory: a value that strays from zero and is drawn back, never more than three
/// deviations away (an Ornstein–Uhlenbeck process, exact for any step). Real quantities wander;
/// they do not jump about as independent draws would.
final class Wander {

  private final double deviation;
  private final double memorySeconds;
  private final RandomGenerator random;
  private double value;

  /// @param deviation the standard deviation in the long run
  /// @param memory the time after which 1/e of a deviation is left
  Wander(double deviation, Duration memory, RandomGenerator random) {
    this.deviation = deviation;
    this.memorySeconds = memory.toMillis() / 1_000.0;
    this.random = random;
    this.value = deviation * random.nextGaussian();
  }

  double after(double seconds) {
    double kept = Math.exp(-seconds / memorySeconds);
    double fresh = deviation * Math.sqrt(1 - kept * kept);
    double limit = 3 * deviation;
    value = Math.clamp(value * kept + fresh * random.nextGaussian(), -limit, limit);
    return value;
  }
}
