package weir.series;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/// A place in the order of events: newest first by time, and by id within one time. Events that
/// arrive later do not move it.
///
/// @param micros event time, microseconds since the epoch
public record EventCursor(long micros, UUID id) implements Comparable<EventCursor> {

  private static final int BYTES = 24;

  /// The text form, 32 characters that fit a URL.
  public String text() {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES).putLong(micros);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  public static Optional<EventCursor> parse(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
    if (bytes.length != BYTES) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    return Optional.of(new EventCursor(in.getLong(), new UUID(in.getLong(), in.getLong())));
  }

  @Override
  public int compareTo(EventCursor other) {
    int byTime = Long.compare(other.micros, micros);
    return byTime != 0 ? byTime : id.compareTo(other.id);
  }
}
