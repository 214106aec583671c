package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// An UNSUBSCRIBE packet (section 3.10).
public record Unsubscribe(int packetId, List<String> filters) {

  public Unsubscribe {
    filters = List.copyOf(filters);
  }

  public static Unsubscribe read(ByteBuf in, Version version) {
    int packetId = Wire.packetId(in);
    if (version == Version.V5) {
      Properties.read(in, Property.OF_UNSUBSCRIBE);
    }
    if (!in.isReadable()) {
      throw ProtocolViolation.protocolError("UNSUBSCRIBE without a topic filter");
    }
    List<String> filters = new ArrayList<>(1);
    while (in.isReadable()) {
      filters.add(Wire.string(in));
    }
    return new Unsubscribe(packetId, filters);
  }
}
