package weir.fleet;

import java.util.Optional;
import java.util.UUID;
import weir.event.EventId;

/// Makes the event ids of one run, and reads them back: which device said the message, and as which
/// of its messages. So the platform's own records can be graded without any payload.
///
/// A UUID of version 8 (RFC 9562): 48 bits for the start in milliseconds, 11 bits of the seed and
/// one for malformed messages, then 26 bits for the device and 36 for the sequence number.
final class RunId {

  /// A message of this run.
  ///
  /// @param device the device's number in the fleet
  record Mark(int device, long sequence, boolean malformed) {}

  static final int DEVICES_MAX = 1 << 26;
  private static final long SEQUENCE_MASK = (1L << 36) - 1;
  private static final int UUID_LENGTH = 36;

  private final long high;

  RunId(Tempo tempo) {
    long mixed = tempo.seed() * 0x9E37_79B9_7F4A_7C15L;
    this.high = tempo.start().toEpochMilli() << 16 | 0x8000L | (mixed >>> 53) << 1;
  }

  EventId of(int device, long sequence) {
    return id(high, device, sequence);
  }

  EventId ofMalformed(int device, long number) {
    return id(high | 1, device, number);
  }

  private static EventId id(long high, int device, long number) {
    long low = 0x8000_0000_0000_0000L | (long) device << 36 | number;
    return new EventId(new UUID(high, low).toString());
  }

  /// Empty when the id is not of this run.
  Optional<Mark> read(String eventId) {
    if (eventId.length() != UUID_LENGTH || eventId.charAt(8) != '-') {
      return Optional.empty();
    }
    UUID id;
    try {
      id = UUID.fromString(eventId);
    } catch (IllegalArgumentException notHexadecimal) {
      return Optional.empty();
    }
    long most = id.getMostSignificantBits();
    if ((most & ~1L) != high) {
      return Optional.empty();
    }
    long least = id.getLeastSignificantBits();
    int device = (int) (least >>> 36) & (DEVICES_MAX - 1);
    return Optional.of(new Mark(device, least & SEQUENCE_MASK, (most & 1) == 1));
  }
}
