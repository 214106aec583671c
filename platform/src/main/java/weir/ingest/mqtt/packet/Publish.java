package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// A PUBLISH packet from a client (section 3.3).
///
/// @param topic empty when an alias stands for it
/// @param packetId 0 for QoS 0
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares packets.
public record Publish(
    TopicName topic, int qos, boolean retain, int packetId, Properties properties, byte[] payload) {

  /// No topic alias was sent.
  public static final int NO_ALIAS = -1;

  private static final int RETAIN = 0x01;
  private static final int DUPLICATE = 0x08;

  public static Publish read(int firstByte, ByteBuf in, Version version, TopicCache topics) {
    int qos = (firstByte >>> 1) & 3;
    if (qos == 3) {
      throw ProtocolViolation.malformed("QoS 3");
    }
    if (qos == 0 && (firstByte & DUPLICATE) != 0) {
      throw ProtocolViolation.malformed("DUP with QoS 0");
    }
    TopicName topic = topics.read(in);
    int packetId = qos == 0 ? 0 : Wire.packetId(in);
    Properties properties =
        version == Version.V5 ? Properties.read(in, Property.OF_PUBLISH) : Properties.NONE;
    byte[] payload = Wire.bytes(in, in.readableBytes());
    return new Publish(topic, qos, (firstByte & RETAIN) != 0, packetId, properties, payload);
  }

  /// The topic alias, or [#NO_ALIAS].
  public int alias() {
    return (int) properties.number(Property.TOPIC_ALIAS, NO_ALIAS);
  }

  /// Whether the sender says that the payload is UTF-8 text.
  public boolean isDeclaredText() {
    return properties.number(Property.PAYLOAD_FORMAT, 0) == 1;
  }

  public Message message(TopicName resolved) {
    long expiry = properties.number(Property.MESSAGE_EXPIRY, Message.NEVER_EXPIRES);
    return new Message(resolved, payload, qos, retain, expiry, properties.forwarded());
  }
}
