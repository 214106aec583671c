package weir.fleet.model;

import java.time.Instant;
import java.util.List;
import weir.device.DeviceId;

/// One simulated device: its state, and the rule by which it speaks. The same construction and the
/// same moments give the same bytes. Not thread-safe: whoever runs the device owns it.
public interface DeviceModel {

  DeviceId id();

  Family family();

  /// What the device says now; `now` is its own clock's reading and never goes back.
  Step next(Instant now);

  /// The filters of the topics on which it takes orders; none when it takes none.
  default List<String> orderFilters() {
    return List.of();
  }

  /// Does what it is told, or says why not.
  default Reply obey(Order order) {
    return order.name().equals("ping") ? Reply.obeyed("pong") : Reply.unknown(order);
  }
}
