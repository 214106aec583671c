package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import weir.ingest.mqtt.packet.Disconnect;
import weir.ingest.mqtt.packet.ProtocolViolation;
import weir.ingest.mqtt.packet.ReasonCode;

/// DISCONNECT (section 3.14).
final class DisconnectHandler {

  private final long expiryMaxSeconds;

  DisconnectHandler(long expiryMaxSeconds) {
    this.expiryMaxSeconds = expiryMaxSeconds;
  }

  void handle(Connection connection, Stage.Active active, ByteBuf in) {
    Disconnect packet = Disconnect.read(in, connection.version());
    if (packet.sessionExpirySeconds() > 0 && active.connect().sessionExpirySeconds() == 0) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "session expiry cannot be raised from 0");
    }
    long expiry = Math.min(packet.sessionExpirySeconds(), expiryMaxSeconds);
    connection.goodbye(new Disconnect(packet.keepWill(), expiry));
  }
}
