package weir.fleet.model;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// Draws that models share.
final class Chance {

  private Chance() {}

  /// Whether something that happens so many times an hour happened within the last seconds.
  static boolean hourly(double timesAnHour, double seconds, RandomGenerator random) {
    return random.nextDouble() < -Math.expm1(-timesAnHour * seconds / 3_600);
  }

  /// Uniform between two numbers of seconds, in whole milliseconds.
  static Duration seconds(double least, double most, RandomGenerator random) {
    return Duration.ofMillis(Math.round(1_000 * random.nextDouble(least, most)));
  }

  static <T> T pick(List<T> choices, RandomGenerator random) {
    return choices.get(random.nextInt(choices.size()));
  }
}
