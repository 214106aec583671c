package weir.series;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import weir.device.DeviceId;

/// A place in the order of events: newest first by time, then by id, then by device, because two
/// devices may use one id. Events that arrive later do not move it.
///
/// @param micros event time, microseconds since the epoch
public record EventCursor(long micros, UUID id, DeviceId device)
    implements Comparable<EventCursor> {

  private static final int BYTES_BEFORE_DEVICE = 24;

  private static final Comparator<EventCursor> ORDER =
      Comparator.comparingLong(EventCursor::micros)
          .reversed()
          .thenComparing(EventCursor::id)
          .thenComparing(cursor -> cursor.device().value());

  /// The text form, at most 203 characters that fit a URL.
  public String text() {
    byte[] name = device.value().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(BYTES_BEFORE_DEVICE + name.length).putLong(micros);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).put(name);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  public static Optional<EventCursor> parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    if (bytes.length <= BYTES_BEFORE_DEVICE) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long micros = in.getLong();
    UUID id = new UUID(in.getLong(), in.getLong());
    String name = StandardCharsets.UTF_8.decode(in).toString();
    return DeviceId.parse(name).map(device -> new EventCursor(micros, id, device));
  }

  @Override
  public int compareTo(EventCursor other) {
    return ORDER.compare(this, other);
  }
}
