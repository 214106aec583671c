package weir.device.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Something that a device was told to do, and what became of it.
///
/// @param topic where it is published
/// @param detail what the device said, or why it ended
/// @param expiresAt when nobody waits for it any more
/// @param sentAt when it was published; null while it waits for the device
/// @param endedAt when it was acknowledged, failed or expired
public record Command(
    String id,
    DeviceId device,
    String name,
    ObjectNode parameters,
    String topic,
    State state,
    @Nullable String detail,
    Instant createdAt,
    Instant expiresAt,
    @Nullable Instant sentAt,
    @Nullable Instant endedAt) {

  /// How far it is.
  public enum State {
    /// Waits until the device can be reached.
    QUEUED,
    /// On its way; the device did not answer yet.
    SENT,
    /// The device did it.
    ACKNOWLEDGED,
    /// The device did not do it, and said so.
    FAILED,
    /// The device was not reached, or did not answer, in time.
    EXPIRED;

    /// As it stands in answers.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean isOpen() {
      return this == QUEUED || this == SENT;
    }
  }

  /// Back in the queue, because it did not arrive.
  Command queued() {
    return new Command(
        id, device, name, parameters, topic, State.QUEUED, null, createdAt, expiresAt, null, null);
  }

  Command sent(Instant now) {
    return new Command(
        id, device, name, parameters, topic, State.SENT, null, createdAt, expiresAt, now, null);
  }

  Command ended(State end, @Nullable String why, Instant now) {
    return new Command(
        id, device, name, parameters, topic, end, why, createdAt, expiresAt, sentAt, now);
  }

  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id);
    node.put("device_id", device.value());
    node.put("command", name);
    node.set("parameters", parameters);
    node.put("state", state.text());
    node.put("detail", detail);
    node.put("topic", topic);
    node.put("created_at", createdAt.toString());
    node.put("expires_at", expiresAt.toString());
    node.put("sent_at", text(sentAt));
    node.put("ended_at", text(endedAt));
    return node;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
