package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// A DISCONNECT packet from a client (section 3.14).
///
/// @param keepWill whether the will is to be published although the client said goodbye
/// @param sessionExpirySeconds the new session expiry, or [#UNCHANGED]
public record Disconnect(boolean keepWill, long sessionExpirySeconds) {

  public static final long UNCHANGED = -1;

  public static Disconnect read(ByteBuf in, Version version) {
    int reason = ReasonCode.SUCCESS.code();
    long expiry = UNCHANGED;
    if (version == Version.V5 && in.isReadable()) {
      reason = Wire.unsignedByte(in);
      if (in.isReadable()) {
        expiry = Properties.read(in, Property.OF_DISCONNECT).number(Property.SESSION_EXPIRY, -1);
      }
    }
    Wire.end(in);
    return new Disconnect(reason != ReasonCode.SUCCESS.code(), expiry);
  }
}
