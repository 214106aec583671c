package weir.fleet;

import java.time.Duration;

/// The simulator inside the platform.
///
/// @param mirror whether it keeps a simulated device for each registered one; the demo does
/// @param mirrorsMax so many devices are mirrored, and no more
/// @param reconcileEvery how often the mirrors are compared with the registry, besides at the start
///     and after each lost connection
public record SimulatorSettings(boolean mirror, int mirrorsMax, Duration reconcileEvery) {

  public SimulatorSettings {
    if (mirrorsMax < 1 || mirrorsMax > Mix.DEVICES_MAX) {
      throw new IllegalArgumentException("mirrors-max must be 1 to " + Mix.DEVICES_MAX);
    }
    if (!reconcileEvery.isPositive()) {
      throw new IllegalArgumentException("reconcile-every must be positive");
    }
  }

  public static SimulatorSettings defaults() {
    return new SimulatorSettings(false, 20_000, Duration.ofMinutes(5));
  }
}
