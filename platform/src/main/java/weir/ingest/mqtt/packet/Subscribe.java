package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// A SUBSCRIBE packet (section 3.8).
///
/// @param subscriptionId 0 when the client gave none
public record Subscribe(int packetId, int subscriptionId, List<Request> requests) {

  private static final int NO_LOCAL = 0x04;
  private static final int RETAIN_AS_PUBLISHED = 0x08;
  private static final int RESERVED_OF_5 = 0xC0;
  private static final int RESERVED_OF_311 = 0xFC;

  public Subscribe {
    requests = List.copyOf(requests);
  }

  /// When retained messages are sent (section 3.8.3.1).
  public enum RetainHandling {
    ALWAYS,
    IF_NEW,
    NEVER
  }

  /// One filter with its options.
  public record Request(
      String filter,
      int qos,
      boolean noLocal,
      boolean retainAsPublished,
      RetainHandling retainHandling) {}

  public static Subscribe read(ByteBuf in, Version version) {
    int packetId = Wire.packetId(in);
    Properties properties =
        version == Version.V5 ? Properties.read(in, Property.OF_SUBSCRIBE) : Properties.NONE;
    int subscriptionId = 0;
    if (properties.has(Property.SUBSCRIPTION_ID)) {
      subscriptionId = (int) properties.positive(Property.SUBSCRIPTION_ID, 0);
    }
    if (!in.isReadable()) {
      throw ProtocolViolation.protocolError("SUBSCRIBE without a topic filter");
    }
    List<Request> requests = new ArrayList<>(1);
    while (in.isReadable()) {
      requests.add(request(Wire.string(in), Wire.unsignedByte(in), version));
    }
    return new Subscribe(packetId, subscriptionId, requests);
  }

  private static Request request(String filter, int options, Version version) {
    int reserved = version == Version.V5 ? RESERVED_OF_5 : RESERVED_OF_311;
    int qos = options & 3;
    int handling = (options >>> 4) & 3;
    if ((options & reserved) != 0 || qos == 3) {
      throw ProtocolViolation.malformed("subscription options");
    }
    if (version == Version.V5 && handling == 3) {
      throw ProtocolViolation.protocolError("retain handling 3");
    }
    boolean noLocal = (options & NO_LOCAL) != 0;
    if (noLocal && filter.startsWith("$share/")) {
      throw ProtocolViolation.protocolError("no local on a shared subscription");
    }
    return new Request(
        filter,
        qos,
        noLocal,
        (options & RETAIN_AS_PUBLISHED) != 0,
        RetainHandling.values()[handling]);
  }
}
