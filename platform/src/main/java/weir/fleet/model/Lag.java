package weir.fleet.model;

import java.time.Duration;

/// A quantity that follows another with delay, as the temperature of a body follows its heating:
/// after one time constant 63 % of a step is done (first-order lag, exact for any step).
final class Lag {

  private final double constantSeconds;
  private double value;

  Lag(Duration constant, double start) {
    this.constantSeconds = constant.toMillis() / 1_000.0;
    this.value = start;
  }

  double after(double seconds, double target) {
    value = target + (value - target) * Math.exp(-seconds / constantSeconds);
    return value;
  }

  double value() {
    return value;
  }
}
