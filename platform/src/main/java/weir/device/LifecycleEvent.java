package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What others are told over MQTT of a change of a device: `device.created`, `device.updated` or
/// `device.deleted`, with the device as it is, or as it was when it was deleted.
///
/// @param type such as `device.created`
/// @param payload JSON
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares events.
public record LifecycleEvent(DeviceId device, String type, byte[] payload) {

  /// @param source who tells it
  /// @param status whether the device is there now: `online`, `stale` or `offline`
  /// @param lastSeen when its latest message came; null when none did
  public static LifecycleEvent of(
      Outbox.Change change, String source, String status, @Nullable Instant lastSeen) {
    String type = "device." + change.kind().text();
    ObjectNode event = Json.MAPPER.createObjectNode();
    event.put("event_type", type);
    event.put("device_id", change.device().value());
    event.put("timestamp", change.at().toString());
    event.set("device_data", device(change, status, lastSeen));
    event.putObject("metadata").put("source", source);
    return new LifecycleEvent(
        change.device(), type, event.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode device(
      Outbox.Change change, String status, @Nullable Instant lastSeen) {
    String json = change.json();
    if (json == null) {
      return Json.MAPPER.createObjectNode().put("id", change.device().value());
    }
    ObjectNode device = (ObjectNode) Json.tree(json);
    device.put("status", status);
    device.put("last_seen", lastSeen == null ? null : lastSeen.toString());
    return device;
  }

  /// `{prefix}/{device_id}/{event_type}`.
  public String topic(String prefix) {
    return prefix + "/" + device.value() + "/" + type;
  }
}
