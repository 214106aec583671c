package weir.ingest.mqtt.packet;

/// What is passed on to subscribers: the part of a PUBLISH or a will that is not about one
/// connection.
///
/// @param qos the publisher's quality of service, 0 or 1
/// @param retain whether the publisher asked to retain it
/// @param expirySeconds how long it may wait for subscribers, or [#NEVER_EXPIRES]
/// @param properties encoded properties that go along unaltered; none from MQTT 3.1.1
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares messages.
public record Message(
    TopicName topic,
    byte[] payload,
    int qos,
    boolean retain,
    long expirySeconds,
    byte[] properties) {

  public static final long NEVER_EXPIRES = -1;
}
