package weir.event;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import weir.device.DeviceId;

/// The identity of an event in every later step: storage, deliveries, dead letters and search.
///
/// Given by the sender, or made at the door as a UUIDv7 (RFC 9562). The same alphabet and length as
/// a [DeviceId]. An event that its device sends again under the same id is stored once.
public record EventId(String value) {

  public EventId {
    if (!DeviceId.isValid(value)) {
      throw new IllegalArgumentException(
          "event id must be 1 to 128 characters of [A-Za-z0-9._:-], got " + value.length());
    }
  }

  public static Optional<EventId> parse(String text) {
    return DeviceId.isValid(text) ? Optional.of(new EventId(text)) : Optional.empty();
  }

  /// A new UUIDv7: 48 bits of milliseconds, then random bits, so ids sort by their making.
  public static EventId fresh(InstantSource clock) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long high = (clock.millis() << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
    long low = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
    return new EventId(new UUID(high, low).toString());
  }

  /// The 128-bit form that stores index: the id itself when it is a UUID, else its name-based UUID.
  public UUID uuid() {
    if (value.length() == 36 && value.charAt(8) == '-') {
      try {
        return UUID.fromString(value);
      } catch (IllegalArgumentException notHexadecimal) {
        return named();
      }
    }
    return named();
  }

  private UUID named() {
    return UUID.nameUUIDFromBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return value;
  }
}
