package weir.ingest;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Knows, from the declared dialects, whose an MQTT topic is.
public interface TopicOwners {

  /// The device named in the topic, or null when no dialect's pattern names one.
  @Nullable DeviceId ownerOf(String topic);

  /// Whether a message on this topic is a command for a device or its answer: such a message is
  /// delivered to who subscribed, and is no event.
  default boolean isCommand(String topic) {
    return false;
  }

  /// The device to which everything that the filter can match belongs, or null when the filter
  /// reaches further: a wildcard where the device is named, or a topic that no dialect knows.
  @Nullable DeviceId ownerOfFilter(String filter);
}
