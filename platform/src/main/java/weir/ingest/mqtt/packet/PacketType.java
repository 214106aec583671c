package weir.ingest.mqtt.packet;

/// The types of control packets (section 2.1.2), with the flags that a client must send.
public enum PacketType {
  RESERVED(0),
  CONNECT(0),
  CONNACK(0),
  PUBLISH(-1),
  PUBACK(0),
  PUBREC(0),
  PUBREL(2),
  PUBCOMP(0),
  SUBSCRIBE(2),
  SUBACK(0),
  UNSUBSCRIBE(2),
  UNSUBACK(0),
  PINGREQ(0),
  PINGRESP(0),
  DISCONNECT(0),
  AUTH(0);

  private static final PacketType[] BY_CODE = values();
  private static final int ANY_FLAGS = -1;

  private final int flags;

  PacketType(int flags) {
    this.flags = flags;
  }

  /// The type in the first byte of a packet, once its flags are checked.
  public static PacketType of(int firstByte) {
    PacketType type = BY_CODE[(firstByte >>> 4) & 0x0F];
    if (type.flags != ANY_FLAGS && type.flags != (firstByte & 0x0F)) {
      throw ProtocolViolation.malformed("reserved flags of " + type);
    }
    return type;
  }

  /// The first byte of a packet of this type.
  @SuppressWarnings("EnumOrdinal") // The constants stand in the order of their codes.
  int firstByte() {
    return (ordinal() << 4) | Math.max(flags, 0);
  }
}
