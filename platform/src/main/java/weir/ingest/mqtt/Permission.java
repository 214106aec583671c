package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.ingest.Access.Identity;
import weir.ingest.TopicOwners;

/// What one connection may do: a device's credential reaches the device's own topics only.
final class Permission {

  private final @Nullable DeviceId device;
  private final TopicOwners owners;

  Permission(Identity identity, TopicOwners owners) {
    this.device = identity instanceof Identity.Device known ? known.id() : null;
    this.owners = owners;
  }

  /// The device whose credential was shown.
  @Nullable DeviceId device() {
    return device;
  }

  /// The device that a message on this topic is from.
  @Nullable DeviceId ownerOf(String topic) {
    return device != null ? device : owners.ownerOf(topic);
  }

  boolean isCommand(String topic) {
    return owners.isCommand(topic);
  }

  boolean mayPublish(String topic) {
    return device == null || device.equals(owners.ownerOf(topic));
  }

  boolean maySubscribe(TopicFilter filter) {
    return device == null || device.equals(owners.ownerOfFilter(filter.pattern()));
  }
}
