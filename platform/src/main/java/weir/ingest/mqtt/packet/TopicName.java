package weir.ingest.mqtt.packet;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A topic name as text and as the UTF-8 bytes that travel. Compared by its bytes.
public final class TopicName {

  private final String text;
  private final byte[] utf8;
  private final int hash;

  private TopicName(String text, byte[] utf8) {
    this.text = text;
    this.utf8 = utf8;
    this.hash = Arrays.hashCode(utf8);
  }

  public static TopicName of(String text) {
    return new TopicName(text, text.getBytes(StandardCharsets.UTF_8));
  }

  /// @throws ProtocolViolation when the bytes are not a string of MQTT or hold a wildcard
  static TopicName of(byte[] utf8) {
    TopicName name = new TopicName(Wire.text(utf8), utf8);
    for (byte b : utf8) {
      if (b == '+' || b == '#') {
        throw new ProtocolViolation(ReasonCode.TOPIC_NAME_INVALID, "wildcard in a topic name");
      }
    }
    return name;
  }

  public String text() {
    return text;
  }

  byte[] utf8() {
    return utf8;
  }

  public int byteCount() {
    return utf8.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TopicName name && Arrays.equals(utf8, name.utf8);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return text;
  }
}
