package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes the packets that a server sends to one client, in the client's version. Stateless.
public final class PacketWriter {

  private static final int RETAIN = 0x01;
  private static final int DUPLICATE = 0x08;
  private static final int PUBACK_SHORT_LENGTH = 2;

  private final Version version;

  public PacketWriter(Version version) {
    this.version = version;
  }

  /// What a server tells of itself in CONNACK.
  ///
  /// @param assignedClientId the identifier that the server chose, if it did
  /// @param keepAliveSeconds the server's keep-alive when it overrides the client's, else -1
  /// @param sessionExpirySeconds the server's session expiry when it overrides, else -1
  public record Announcement(
      boolean sessionPresent,
      int receiveMax,
      int packetBytesMax,
      int topicAliasMax,
      @Nullable String assignedClientId,
      int keepAliveSeconds,
      long sessionExpirySeconds) {}

  /// An accepting CONNACK.
  public void accept(ByteBuf out, Announcement announcement) {
    ByteBuf properties = Unpooled.buffer();
    if (version == Version.V5) {
      putShort(properties, Property.RECEIVE_MAXIMUM, announcement.receiveMax);
      properties.writeByte(Property.MAXIMUM_QOS.code()).writeByte(1);
      putInt(properties, Property.MAXIMUM_PACKET_SIZE, announcement.packetBytesMax);
      putShort(properties, Property.TOPIC_ALIAS_MAXIMUM, announcement.topicAliasMax);
      if (announcement.assignedClientId != null) {
        putString(properties, Property.ASSIGNED_CLIENT_ID, announcement.assignedClientId);
      }
      if (announcement.keepAliveSeconds >= 0) {
        putShort(properties, Property.SERVER_KEEP_ALIVE, announcement.keepAliveSeconds);
      }
      if (announcement.sessionExpirySeconds >= 0) {
        putInt(properties, Property.SESSION_EXPIRY, announcement.sessionExpirySeconds);
      }
    }
    ByteBuf body = Unpooled.buffer();
    body.writeByte(announcement.sessionPresent ? 1 : 0).writeByte(ReasonCode.SUCCESS.code());
    writeWithProperties(out, PacketType.CONNACK, body, properties);
  }

  /// A refusing CONNACK.
  public void refuse(ByteBuf out, ReasonCode reason, String detail) {
    int code = version == Version.V5 ? reason.code() : reason.connackCodeOf311();
    ByteBuf body = Unpooled.buffer().writeByte(0).writeByte(code);
    writeWithProperties(out, PacketType.CONNACK, body, reasonString(detail));
  }

  /// A PUBACK; the reason reaches clients of MQTT 5.0 only.
  public void pubAck(ByteBuf out, int packetId, ReasonCode reason, @Nullable String detail) {
    if (version == Version.V3_1_1 || reason == ReasonCode.SUCCESS) {
      out.writeByte(PacketType.PUBACK.firstByte()).writeByte(PUBACK_SHORT_LENGTH);
      out.writeShort(packetId);
      return;
    }
    ByteBuf body = Unpooled.buffer().writeShort(packetId).writeByte(reason.code());
    writeWithProperties(out, PacketType.PUBACK, body, reasonString(detail));
  }

  /// A SUBACK with one code for each filter.
  public void subAck(ByteBuf out, int packetId, List<ReasonCode> reasons) {
    writeCodes(out, PacketType.SUBACK, packetId, reasons);
  }

  /// An UNSUBACK, whose codes exist only in MQTT 5.0.
  public void unsubAck(ByteBuf out, int packetId, List<ReasonCode> reasons) {
    writeCodes(out, PacketType.UNSUBACK, packetId, version == Version.V5 ? reasons : List.of());
  }

  private void writeCodes(ByteBuf out, PacketType type, int packetId, List<ReasonCode> reasons) {
    ByteBuf body = Unpooled.buffer().writeShort(packetId);
    if (version == Version.V5) {
      body.writeByte(0);
    }
    for (ReasonCode reason : reasons) {
      boolean plain = version == Version.V5 || !reason.isError();
      body.writeByte(plain ? reason.code() : ReasonCode.UNSPECIFIED_ERROR.code());
    }
    writeBody(out, type, body);
  }

  public void pingResponse(ByteBuf out) {
    out.writeByte(PacketType.PINGRESP.firstByte()).writeByte(0);
  }

  /// A DISCONNECT; MQTT 3.1.1 has none from a server, so nothing is written there.
  public void disconnect(ByteBuf out, ReasonCode reason, @Nullable String detail) {
    if (version == Version.V5) {
      ByteBuf body = Unpooled.buffer().writeByte(reason.code());
      writeWithProperties(out, PacketType.DISCONNECT, body, reasonString(detail));
    }
  }

  /// How a message goes to one subscriber.
  ///
  /// @param packetId 0 for QoS 0
  /// @param expirySeconds what is left of the message's expiry, or [Message#NEVER_EXPIRES]
  /// @param subscriptionIds the identifiers of the subscriptions that match
  @SuppressWarnings("ArrayRecordComponent") // Written at once, never compared.
  public record Delivery(
      int qos,
      boolean retain,
      boolean duplicate,
      int packetId,
      long expirySeconds,
      int[] subscriptionIds) {}

  /// The bytes that a PUBLISH takes, so that what is too long for the client is not sent.
  public int publishBytes(Message message, Delivery delivery) {
    int remaining = publishRemaining(message, delivery);
    return 1 + variableIntegerBytes(remaining) + remaining;
  }

  public void publish(ByteBuf out, Message message, Delivery delivery) {
    int flags =
        (delivery.duplicate ? DUPLICATE : 0) | (delivery.qos << 1) | (delivery.retain ? RETAIN : 0);
    out.writeByte(PacketType.PUBLISH.firstByte() | flags);
    writeVariableInteger(out, publishRemaining(message, delivery));
    byte[] topic = message.topic().utf8();
    out.writeShort(topic.length).writeBytes(topic);
    if (delivery.qos > 0) {
      out.writeShort(delivery.packetId);
    }
    if (version == Version.V5) {
      writeVariableInteger(out, publishPropertyBytes(message, delivery));
      out.writeBytes(message.properties());
      if (delivery.expirySeconds >= 0) {
        putInt(out, Property.MESSAGE_EXPIRY, delivery.expirySeconds);
      }
      for (int id : delivery.subscriptionIds) {
        out.writeByte(Property.SUBSCRIPTION_ID.code());
        writeVariableInteger(out, id);
      }
    }
    out.writeBytes(message.payload());
  }

  private int publishRemaining(Message message, Delivery delivery) {
    int bytes = 2 + message.topic().byteCount() + message.payload().length;
    if (delivery.qos > 0) {
      bytes += 2;
    }
    if (version == Version.V5) {
      int properties = publishPropertyBytes(message, delivery);
      bytes += variableIntegerBytes(properties) + properties;
    }
    return bytes;
  }

  private static int publishPropertyBytes(Message message, Delivery delivery) {
    int bytes = message.properties().length + (delivery.expirySeconds >= 0 ? 5 : 0);
    for (int id : delivery.subscriptionIds) {
      bytes += 1 + variableIntegerBytes(id);
    }
    return bytes;
  }

  private static ByteBuf reasonString(@Nullable String detail) {
    ByteBuf properties = Unpooled.buffer();
    if (detail != null) {
      putString(properties, Property.REASON_STRING, detail);
    }
    return properties;
  }

  private void writeWithProperties(ByteBuf out, PacketType type, ByteBuf body, ByteBuf properties) {
    if (version == Version.V5) {
      writeVariableInteger(body, properties.readableBytes());
      body.writeBytes(properties);
    }
    writeBody(out, type, body);
  }

  private static void writeBody(ByteBuf out, PacketType type, ByteBuf body) {
    out.writeByte(type.firstByte());
    writeVariableInteger(out, body.readableBytes());
    out.writeBytes(body);
  }

  private static void putShort(ByteBuf out, Property property, int value) {
    out.writeByte(property.code()).writeShort(value);
  }

  private static void putInt(ByteBuf out, Property property, long value) {
    out.writeByte(property.code()).writeInt((int) value);
  }

  private static void putString(ByteBuf out, Property property, String text) {
    out.writeByte(property.code()).writeShort(ByteBufUtil.utf8Bytes(text));
    ByteBufUtil.writeUtf8(out, text);
  }

  private static void writeVariableInteger(ByteBuf out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  private static int variableIntegerBytes(int value) {
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
  }
}
