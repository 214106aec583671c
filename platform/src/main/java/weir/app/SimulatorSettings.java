package weir.app;

import java.time.Duration;
import weir.fleet.MirrorSettings;

/// The simulator inside the platform.
///
/// @param mirror whether it keeps a simulated device for each registered one; the demo does
/// @param mirrorsMax so many devices are mirrored, and no more
/// @param reconcileEvery how often mirrors are compared with the registry
public record SimulatorSettings(boolean mirror, int mirrorsMax, Duration reconcileEvery) {

  public SimulatorSettings {
    if (mirrorsMax < 1 || mirrorsMax > 100_000) {
      throw new IllegalArgumentException("mirrors-max must be 1 to 100000");
    }
    if (!reconcileEvery.isPositive()) {
      throw new IllegalArgumentException("reconcile-every must be positive");
    }
  }

  public static SimulatorSettings defaults() {
    MirrorSettings standard = MirrorSettings.defaults();
    return new SimulatorSettings(false, standard.devicesMax(), standard.reconcileEvery());
  }

  MirrorSettings mirrors(String topicPrefix) {
    return new MirrorSettings(topicPrefix, mirrorsMax, reconcileEvery);
  }
}
