package weir.subscriber;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which events a subscription wants: those of a device, those of a device type, those that a
/// filter lets through; of two that are named, both must hold.
///
/// @param filter JSON text as [EventFilter] reads it
public record Selector(
    @Nullable String device, @Nullable String deviceType, @Nullable String filter) {

  public Selector {
    if (device == null && deviceType == null && filter == null) {
      throw new IllegalArgumentException("a subscription must select something");
    }
  }

  static Selector ofDevice(String device) {
    return new Selector(device, null, null);
  }

  /// The id of the one subscription that an application can have with this selector.
  String subscriptionOf(String application) {
    String name = String.join("\n", application, text(device), text(deviceType), text(filter));
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static String text(@Nullable String part) {
    return part == null ? "" : part;
  }
}
