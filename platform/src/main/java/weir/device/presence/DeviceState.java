package weir.device.presence;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Whether a device is there.
///
/// @param since when the state began; null when the device never was there
/// @param lastHeard when its latest message came; null when none did
/// @param connected whether it has an MQTT connection of its own
public record DeviceState(
    DeviceId device,
    State state,
    Reason reason,
    @Nullable Instant since,
    @Nullable Instant lastHeard,
    boolean connected) {

  /// What there is to say.
  public enum State {
    ONLINE,
    /// Silent for longer than its type allows.
    STALE,
    OFFLINE;

    /// As it stands in answers and messages.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Why it is so.
  public enum Reason {
    /// It is connected.
    CONNECTED,
    /// It was heard without a connection of its own: over HTTP, or through a gateway.
    HEARD,
    /// It said so itself in a status message.
    STATUS,
    /// It took leave.
    GOODBYE,
    /// Its connection broke.
    LOST,
    /// The platform ended its connection.
    EXPELLED,
    /// Its will was published.
    WILL,
    /// It is silent for too long.
    SILENCE,
    /// It was there before the platform started anew, and did not come back.
    RESTART,
    /// It never was there.
    NEVER;

    /// As it stands in answers and messages.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static DeviceState never(DeviceId device) {
    return new DeviceState(device, State.OFFLINE, Reason.NEVER, null, null, false);
  }

  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("device_id", device.value());
    node.put("state", state.text());
    node.put("reason", reason.text());
    node.put("since", since == null ? null : since.toString());
    node.put("last_heard", lastHeard == null ? null : lastHeard.toString());
    node.put("connected", connected);
    return node;
  }
}
