package weir.ingest.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// MQTT packets written by hand, byte for byte, so that tests can break any rule.
final class Packets {

  private Packets() {}

  /// Joins numbers, texts (with their length before them), byte arrays and hexadecimal.
  static byte[] bytes(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case Integer number -> out.write(number);
        case String text -> {
          byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
          out.write(utf8.length >>> 8);
          out.write(utf8.length);
          out.writeBytes(utf8);
        }
        case byte[] raw -> out.writeBytes(raw);
        default -> throw new IllegalArgumentException(part.toString());
      }
    }
    return out.toByteArray();
  }

  static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  /// A packet with its remaining length.
  static byte[] packet(int firstByte, Object... parts) {
    byte[] body = bytes(parts);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(firstByte);
    int rest = body.length;
    do {
      int digit = rest & 0x7F;
      rest >>>= 7;
      out.write(rest > 0 ? digit | 0x80 : digit);
    } while (rest > 0);
    out.writeBytes(body);
    return out.toByteArray();
  }

  /// MQTT 5.0 CONNECT with a clean start and a keep-alive of 60 s.
  static byte[] connect5(String clientId, Object... properties) {
    byte[] block = bytes(properties);
    return packet(0x10, "MQTT", 5, 0x02, 0, 60, block.length, block, clientId);
  }

  /// MQTT 5.0 CONNECT that resumes its session.
  static byte[] resume5(String clientId, Object... properties) {
    byte[] block = bytes(properties);
    return packet(0x10, "MQTT", 5, 0x00, 0, 60, block.length, block, clientId);
  }

  static byte[] connect3(String clientId) {
    return packet(0x10, "MQTT", 4, 0x02, 0, 60, clientId);
  }

  static byte[] resume3(String clientId) {
    return packet(0x10, "MQTT", 4, 0x00, 0, 60, clientId);
  }

  /// A CONNECT with user name and password.
  static byte[] login(int level, String clientId, String user, String password) {
    return level == 5
        ? packet(0x10, "MQTT", 5, 0xC2, 0, 60, 0, clientId, user, password)
        : packet(0x10, "MQTT", 4, 0xC2, 0, 60, clientId, user, password);
  }

  /// QoS 1 PUBLISH of MQTT 5.0.
  static byte[] publish5(int packetId, String topic, String payload) {
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    return packet(0x32, topic, packetId >>> 8, packetId & 0xFF, 0, text);
  }

  /// QoS 1 PUBLISH of MQTT 3.1.1.
  static byte[] publish3(int packetId, String topic, String payload) {
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    return packet(0x32, topic, packetId >>> 8, packetId & 0xFF, text);
  }

  static byte[] subscribe5(int packetId, String filter, int options) {
    return packet(0x82, 0, packetId, 0, filter, options);
  }

  static byte[] subscribe3(int packetId, String filter, int qos) {
    return packet(0x82, 0, packetId, filter, qos);
  }
}
