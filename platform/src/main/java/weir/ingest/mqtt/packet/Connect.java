package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A CONNECT packet (section 3.1).
///
/// @param clean Clean Start of MQTT 5.0, Clean Session of 3.1.1
/// @param sessionExpirySeconds how long the session outlives the connection; [#NEVER] has no end
/// @param receiveMax how many QoS 1 messages the client takes at once
/// @param packetBytesMax the longest packet the client takes
@SuppressWarnings("ArrayRecordComponent") // A password is compared by its reader alone.
public record Connect(
    Version version,
    String clientId,
    boolean clean,
    int keepAliveSeconds,
    long sessionExpirySeconds,
    int receiveMax,
    long packetBytesMax,
    boolean wantsProblems,
    boolean wantsAuthentication,
    @Nullable Will will,
    @Nullable String userName,
    byte @Nullable [] password) {

  public static final long NEVER = 0xFFFF_FFFFL;
  private static final int RECEIVE_MAX = 65_535;
  private static final long PACKET_BYTES_MAX = 268_435_460L;

  private static final int RESERVED = 0x01;
  private static final int CLEAN = 0x02;
  private static final int WILL = 0x04;
  private static final int WILL_RETAIN = 0x20;
  private static final int PASSWORD = 0x40;
  private static final int USER_NAME = 0x80;

  /// Reads the part up to the protocol level.
  ///
  /// @throws UnknownVersion when it is not one that this server speaks
  public static Version readVersion(ByteBuf in) {
    String name = Wire.string(in);
    int level = Wire.unsignedByte(in);
    if (name.equals("MQTT") && level == Version.V3_1_1.level()) {
      return Version.V3_1_1;
    }
    if (name.equals("MQTT") && level == Version.V5.level()) {
      return Version.V5;
    }
    throw new UnknownVersion(name, level);
  }

  /// Reads the rest.
  public static Connect read(ByteBuf in, Version version) {
    int flags = Wire.unsignedByte(in);
    checkFlags(flags, version);
    int keepAlive = Wire.unsignedShort(in);
    Properties properties =
        version == Version.V5 ? Properties.read(in, Property.OF_CONNECT) : Properties.NONE;
    boolean authentication = properties.has(Property.AUTHENTICATION_METHOD);
    if (!authentication && properties.has(Property.AUTHENTICATION_DATA)) {
      throw ProtocolViolation.protocolError("authentication data without a method");
    }
    String clientId = Wire.string(in);
    Will will =
        (flags & WILL) == 0
            ? null
            : Will.read(in, version, willQos(flags), (flags & WILL_RETAIN) != 0);
    String userName = (flags & USER_NAME) == 0 ? null : Wire.string(in);
    byte[] password = (flags & PASSWORD) == 0 ? null : Wire.binary(in);
    Wire.end(in);
    boolean clean = (flags & CLEAN) != 0;
    long expiryOf311 = clean ? 0 : NEVER;
    return new Connect(
        version,
        clientId,
        clean,
        keepAlive,
        version == Version.V5 ? properties.number(Property.SESSION_EXPIRY, 0) : expiryOf311,
        (int) properties.positive(Property.RECEIVE_MAXIMUM, RECEIVE_MAX),
        properties.positive(Property.MAXIMUM_PACKET_SIZE, PACKET_BYTES_MAX),
        properties.number(Property.REQUEST_PROBLEM, 1) == 1,
        authentication,
        will,
        userName,
        password);
  }

  private static void checkFlags(int flags, Version version) {
    if ((flags & RESERVED) != 0) {
      throw ProtocolViolation.malformed("reserved connect flag");
    }
    if ((flags & WILL) == 0 && (willQos(flags) != 0 || (flags & WILL_RETAIN) != 0)) {
      throw ProtocolViolation.malformed("will options without a will");
    }
    if (willQos(flags) == 3) {
      throw ProtocolViolation.malformed("will QoS 3");
    }
    if (version == Version.V3_1_1 && (flags & USER_NAME) == 0 && (flags & PASSWORD) != 0) {
      throw ProtocolViolation.malformed("password without user name");
    }
  }

  private static int willQos(int flags) {
    return (flags >>> 3) & 3;
  }

  @Override
  public String toString() {
    return "Connect[" + version + ", clientId=" + clientId + "]";
  }
}
