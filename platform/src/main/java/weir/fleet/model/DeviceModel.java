package weir.fleet.model;

import java.time.Instant;
import weir.device.DeviceId;

/// One simulated device: its state, and the rule by which it speaks. The same construction and the
/// same moments give the same bytes. Not thread-safe: whoever runs the device owns it.
public interface DeviceModel {

  DeviceId id();

  Family family();

  /// What the device says now; `now` is its own clock's reading and never goes back.
  Step next(Instant now);
}
