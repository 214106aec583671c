package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// A PUBACK packet from a client (section 3.4); its reason code changes nothing for the server.
public record PubAck(int packetId) {

  public static PubAck read(ByteBuf in, Version version) {
    int packetId = Wire.packetId(in);
    if (version == Version.V5 && in.isReadable()) {
      Wire.unsignedByte(in);
      if (in.isReadable()) {
        Properties.read(in, Property.OF_PUBACK);
      }
    }
    Wire.end(in);
    return new PubAck(packetId);
  }
}
