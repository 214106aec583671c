package weir.subscriber.delivery;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Which events are asked for: those with an id, of one device or, when it is left out, of all
/// devices that use the id.
public record Wanted(String eventId, @Nullable DeviceId device) {

  /// The condition on these two columns.
  String where(String ids, String devices) {
    return ids + " = ?" + (device == null ? "" : " AND " + devices + " = ?");
  }

  /// The values of the condition.
  List<Object> values() {
    return device == null ? List.of(eventId) : List.of(eventId, device.value());
  }
}
