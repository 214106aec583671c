package weir.fleet;

import java.time.Duration;

/// What goes wrong on purpose, and how often. All off by default.
///
/// @param dropOuts times an hour that a device falls silent, for 20 s to 2 min, and loses its
///     connection
/// @param duplicates chance of a message to be sent twice, under the same event id
/// @param late chance of a message to be held back with those after it, 5 to 20 together, and then
///     sent in order
/// @param shuffled the same, but sent in random order
/// @param malformed chance of a message to be followed by bytes that nobody can read
/// @param drifting share of devices whose clock is wrong
/// @param driftMax how wrong such a clock may be at most; it also runs up to 200 ppm fast or slow
/// @param storms times an hour that all devices lose their connection at once
public record FaultRates(
    double dropOuts,
    double duplicates,
    double late,
    double shuffled,
    double malformed,
    double drifting,
    Duration driftMax,
    double storms) {

  public FaultRates {
    chance("duplicates", duplicates);
    chance("late", late);
    chance("shuffled", shuffled);
    chance("malformed", malformed);
    chance("drifting", drifting);
    hourly("dropOuts", dropOuts);
    hourly("storms", storms);
    if (driftMax.isNegative() || driftMax.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("driftMax must be 0 to 1 hour");
    }
  }

  public static FaultRates none() {
    return new FaultRates(0, 0, 0, 0, 0, 0, Duration.ZERO, 0);
  }

  /// Some of everything, for a run of some minutes.
  public static FaultRates rough() {
    return new FaultRates(20, 0.02, 0.01, 0.01, 0.01, 0.1, Duration.ofMinutes(2), 30);
  }

  private static void chance(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be 0 to 1");
    }
  }

  private static void hourly(String name, double value) {
    if (!(value >= 0 && value <= 3_600)) {
      throw new IllegalArgumentException(name + " must be 0 to 3,600 an hour");
    }
  }
}
