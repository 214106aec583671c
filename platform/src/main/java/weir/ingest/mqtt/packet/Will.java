package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// The message that a client leaves to be published when it goes without a word (section 3.1.2.5).
///
/// @param delaySeconds how long after the end of the connection, unless the session ends before
public record Will(Message message, long delaySeconds) {

  static Will read(ByteBuf in, Version version, int qos, boolean retain) {
    Properties properties =
        version == Version.V5 ? Properties.read(in, Property.OF_WILL) : Properties.NONE;
    TopicName topic = TopicName.of(Wire.binary(in));
    if (topic.byteCount() == 0) {
      throw new ProtocolViolation(ReasonCode.TOPIC_NAME_INVALID, "empty will topic");
    }
    byte[] payload = Wire.binary(in);
    long expiry = properties.number(Property.MESSAGE_EXPIRY, Message.NEVER_EXPIRES);
    Message message = new Message(topic, payload, qos, retain, expiry, properties.forwarded());
    return new Will(message, properties.number(Property.WILL_DELAY, 0));
  }
}
