package weir.series;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import weir.device.DeviceId;

/// What some devices measured together, by steps.
///
/// @param from included
/// @param to not included
/// @param step whole seconds
public record FleetQuery(List<DeviceId> devices, Instant from, Instant to, Duration step) {

  public FleetQuery {
    devices = List.copyOf(devices);
    if (step.toSeconds() < 1) {
      throw new IllegalArgumentException("a step must be a second at least");
    }
  }
}
