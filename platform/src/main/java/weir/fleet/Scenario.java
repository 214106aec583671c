package weir.fleet;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A run with a name, and what changes as its time passes.
///
/// @param phases in the order of their times
public record Scenario(String name, FleetSettings settings, List<Phase> phases) {

  public Scenario {
    phases = List.copyOf(phases);
    for (int i = 1; i < phases.size(); i++) {
      if (phases.get(i).at().compareTo(phases.get(i - 1).at()) < 0) {
        throw new IllegalArgumentException("phases must be in the order of their times");
      }
    }
  }

  /// What changes at a moment.
  ///
  /// @param at by the devices' time, since the start
  /// @param faults the rates from then on; null to leave them
  /// @param speed the speed from then on; null to leave it
  /// @param anomaly one that begins; null for none
  /// @param clearsAnomalies whether those under way end
  public record Phase(
      Duration at,
      @Nullable FaultRates faults,
      @Nullable Double speed,
      @Nullable AnomalyWish anomaly,
      boolean clearsAnomalies) {}
}
