package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The topic names that a connection used last, found by their bytes, so that a device that repeats
/// its topics costs neither decoding nor a string a message. Direct mapped; owned by the
/// connection's event loop.
public final class TopicCache {

  private static final int SLOTS = 16;

  private final @Nullable TopicName[] slots = new TopicName[SLOTS];

  /// The same object again for the same bytes, while it is remembered.
  TopicName read(ByteBuf in) {
    int length = Wire.unsignedShort(in);
    if (length > in.readableBytes()) {
      throw ProtocolViolation.malformed("packet ends inside a field");
    }
    int slot = slotOf(in, length);
    TopicName known = slots[slot];
    if (known != null && isSame(known.utf8(), in, length)) {
      in.skipBytes(length);
      return known;
    }
    TopicName name = TopicName.of(Wire.bytes(in, length));
    slots[slot] = name;
    return name;
  }

  /// Topics of one device differ near their end: the last bytes and the length choose the slot.
  private static int slotOf(ByteBuf in, int length) {
    int hash = length;
    int end = in.readerIndex() + length;
    for (int i = Math.max(in.readerIndex(), end - 8); i < end; i++) {
      hash = 31 * hash + in.getByte(i);
    }
    return (hash ^ (hash >>> 8)) & (SLOTS - 1);
  }

  private static boolean isSame(byte[] known, ByteBuf in, int length) {
    if (known.length != length) {
      return false;
    }
    if (in.hasArray()) {
      int from = in.arrayOffset() + in.readerIndex();
      return Arrays.equals(known, 0, length, in.array(), from, from + length);
    }
    int at = in.readerIndex();
    for (int i = 0; i < length; i++) {
      if (known[i] != in.getByte(at + i)) {
        return false;
      }
    }
    return true;
  }
}
