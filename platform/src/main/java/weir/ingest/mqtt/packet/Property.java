package weir.ingest.mqtt.packet;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The properties of MQTT 5.0 (section 2.2.2.2).
enum Property {
  PAYLOAD_FORMAT(0x01, Type.FLAG),
  MESSAGE_EXPIRY(0x02, Type.INT),
  CONTENT_TYPE(0x03, Type.STRING),
  RESPONSE_TOPIC(0x08, Type.STRING),
  CORRELATION(0x09, Type.BINARY),
  SUBSCRIPTION_ID(0x0B, Type.VARIABLE),
  SESSION_EXPIRY(0x11, Type.INT),
  ASSIGNED_CLIENT_ID(0x12, Type.STRING),
  SERVER_KEEP_ALIVE(0x13, Type.SHORT),
  AUTHENTICATION_METHOD(0x15, Type.STRING),
  AUTHENTICATION_DATA(0x16, Type.BINARY),
  REQUEST_PROBLEM(0x17, Type.FLAG),
  WILL_DELAY(0x18, Type.INT),
  REQUEST_RESPONSE(0x19, Type.FLAG),
  REASON_STRING(0x1F, Type.STRING),
  RECEIVE_MAXIMUM(0x21, Type.SHORT),
  TOPIC_ALIAS_MAXIMUM(0x22, Type.SHORT),
  TOPIC_ALIAS(0x23, Type.SHORT),
  MAXIMUM_QOS(0x24, Type.FLAG),
  USER(0x26, Type.PAIR),
  MAXIMUM_PACKET_SIZE(0x27, Type.INT);

  enum Type {
    /// One byte that is 0 or 1.
    FLAG,
    SHORT,
    INT,
    VARIABLE,
    STRING,
    BINARY,
    PAIR
  }

  static final Set<Property> OF_CONNECT =
      EnumSet.of(
          SESSION_EXPIRY,
          RECEIVE_MAXIMUM,
          MAXIMUM_PACKET_SIZE,
          TOPIC_ALIAS_MAXIMUM,
          REQUEST_RESPONSE,
          REQUEST_PROBLEM,
          AUTHENTICATION_METHOD,
          AUTHENTICATION_DATA,
          USER);
  static final Set<Property> OF_WILL =
      EnumSet.of(
          WILL_DELAY,
          PAYLOAD_FORMAT,
          MESSAGE_EXPIRY,
          CONTENT_TYPE,
          RESPONSE_TOPIC,
          CORRELATION,
          USER);

  /// A client may not send a subscription identifier in PUBLISH (section 3.3.4).
  static final Set<Property> OF_PUBLISH =
      EnumSet.of(
          PAYLOAD_FORMAT,
          MESSAGE_EXPIRY,
          TOPIC_ALIAS,
          RESPONSE_TOPIC,
          CORRELATION,
          CONTENT_TYPE,
          USER);
  static final Set<Property> OF_PUBACK = EnumSet.of(REASON_STRING, USER);
  static final Set<Property> OF_SUBSCRIBE = EnumSet.of(SUBSCRIPTION_ID, USER);
  static final Set<Property> OF_UNSUBSCRIBE = EnumSet.of(USER);
  static final Set<Property> OF_DISCONNECT = EnumSet.of(SESSION_EXPIRY, REASON_STRING, USER);

  /// What a server passes on with a message, unaltered and in order (section 3.3.2.3).
  private static final Set<Property> FORWARDED =
      EnumSet.of(PAYLOAD_FORMAT, CONTENT_TYPE, RESPONSE_TOPIC, CORRELATION, USER);

  private static final @Nullable Property[] BY_CODE = byCode();

  private final int code;
  private final Type type;

  Property(int code, Type type) {
    this.code = code;
    this.type = type;
  }

  int code() {
    return code;
  }

  Type type() {
    return type;
  }

  boolean isForwarded() {
    return FORWARDED.contains(this);
  }

  boolean isRepeatable() {
    return this == USER;
  }

  static Property of(int code) {
    Property property = code < BY_CODE.length ? BY_CODE[code] : null;
    if (property == null) {
      throw ProtocolViolation.malformed("unknown property");
    }
    return property;
  }

  private static @Nullable Property[] byCode() {
    @Nullable Property[] table = new Property[0x2B];
    for (Property property : values()) {
      table[property.code] = property;
    }
    return table;
  }
}
