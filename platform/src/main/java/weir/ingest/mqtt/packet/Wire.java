package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads the field types of MQTT (section 1.5) from a buffer that holds one whole packet. What
/// reaches past its end is malformed.
final class Wire {

  private static final int VARIABLE_INTEGER_BYTES_MAX = 4;

  private Wire() {}

  static int unsignedByte(ByteBuf in) {
    require(in, 1);
    return in.readUnsignedByte();
  }

  static int unsignedShort(ByteBuf in) {
    require(in, 2);
    return in.readUnsignedShort();
  }

  static long unsignedInt(ByteBuf in) {
    require(in, 4);
    return in.readUnsignedInt();
  }

  static int variableInteger(ByteBuf in) {
    int value = 0;
    for (int i = 0; i < VARIABLE_INTEGER_BYTES_MAX; i++) {
      int digit = unsignedByte(in);
      value |= (digit & 0x7F) << (7 * i);
      if (digit < 0x80) {
        return value;
      }
    }
    throw ProtocolViolation.malformed("variable byte integer of more than four bytes");
  }

  /// A packet identifier, which is never zero (section 2.2.1).
  static int packetId(ByteBuf in) {
    int id = unsignedShort(in);
    if (id == 0) {
      throw ProtocolViolation.protocolError("packet identifier 0");
    }
    return id;
  }

  static byte[] binary(ByteBuf in) {
    return bytes(in, unsignedShort(in));
  }

  static byte[] bytes(ByteBuf in, int length) {
    require(in, length);
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return bytes;
  }

  static String string(ByteBuf in) {
    return text(binary(in));
  }

  /// UTF-8 without surrogates, overlong forms or U+0000 (section 1.5.4).
  static String text(byte[] utf8) {
    boolean ascii = true;
    for (byte b : utf8) {
      if (b == 0) {
        throw ProtocolViolation.malformed("U+0000 in a string");
      }
      ascii &= b > 0;
    }
    if (ascii) {
      return new String(utf8, StandardCharsets.ISO_8859_1);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw ProtocolViolation.malformed("string is not UTF-8");
    }
  }

  /// Called when everything was read: bytes left over make a packet malformed.
  static void end(ByteBuf in) {
    if (in.isReadable()) {
      throw ProtocolViolation.malformed("bytes after the end of the packet");
    }
  }

  private static void require(ByteBuf in, int bytes) {
    if (in.readableBytes() < bytes) {
      throw ProtocolViolation.malformed("packet ends inside a field");
    }
  }
}
