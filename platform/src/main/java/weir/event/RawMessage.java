package weir.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// One message as it was received: the bytes untouched, and how they came.
///
/// @param device the device that the topic, path or credential names, when one does; it is the log
///     key
/// @param path the MQTT topic or the HTTP path
/// @param receivedAt when the door took it, in milliseconds
/// @param payload the bytes as received; not copied, not to be changed
/// @param trace the W3C `traceparent` that came with it, unchecked
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares messages.
public record RawMessage(
    EventId id,
    @Nullable DeviceId device,
    Door door,
    String path,
    int qos,
    Instant receivedAt,
    byte[] payload,
    @Nullable String trace) {

  /// One that came without a `traceparent`.
  public RawMessage(
      EventId id,
      @Nullable DeviceId device,
      Door door,
      String path,
      int qos,
      Instant receivedAt,
      byte[] payload) {
    this(id, device, door, path, qos, receivedAt, payload, null);
  }
}
