package weir.fleet;

import org.jspecify.annotations.Nullable;
import weir.fleet.model.Anomaly;

/// An anomaly that is asked for; what is null is drawn by chance.
///
/// @param device an energy device
/// @param readings for how many readings it is to last
/// @param power what the power is multiplied by
public record AnomalyWish(
    @Nullable String device,
    Anomaly.@Nullable Kind kind,
    @Nullable Integer readings,
    @Nullable Double power) {

  public static final double POWER_LEAST = 0.5;
  public static final double POWER_MOST = 10;

  public AnomalyWish {
    if (readings != null && (readings < 1 || readings > Anomaly.READINGS_MAX)) {
      throw new IllegalArgumentException("duration must be 1 to " + Anomaly.READINGS_MAX);
    }
    if (power != null && !(power >= POWER_LEAST && power <= POWER_MOST)) {
      throw new IllegalArgumentException("power_multiplier must be 0.5 to 10");
    }
  }
}
