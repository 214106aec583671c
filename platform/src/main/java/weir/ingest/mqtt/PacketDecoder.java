package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.packet.PacketType;
import weir.ingest.mqtt.packet.ProtocolViolation;
import weir.ingest.mqtt.packet.PubAck;
import weir.ingest.mqtt.packet.ReasonCode;

/// Cuts the bytes of a connection into packets and calls their handlers, while there is room for
/// what they bring. A packet's length is checked before its bytes are awaited.
///
/// Owned by the connection's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as a closed channel.
final class PacketDecoder extends ByteToMessageDecoder {

  private static final int PENDING_MAX = 1024;
  private static final int LENGTH_BYTES_MAX = 4;
  private static final int INCOMPLETE = -1;

  /// The longest CONNECT: a will and a password of 64 KiB each, and room for the rest.
  static final int CONNECT_BYTES_MAX = 140 * 1024;

  private final Connection connection;
  private final PacketHandlers handlers;
  private final Publications publications;
  private final ReadGate gate;
  private final Counters counters;
  private final int packetBytesMax;
  private final QueueBudget strangers;
  private @Nullable ChannelHandlerContext context;
  private int held;

  /// @param strangers bytes that the door may hold of packets of those who are not admitted
  PacketDecoder(
      Connection connection,
      PacketHandlers handlers,
      Publications publications,
      ReadGate gate,
      Counters counters,
      int packetBytesMax,
      QueueBudget strangers) {
    this.connection = connection;
    this.handlers = handlers;
    this.publications = publications;
    this.gate = gate;
    this.counters = counters;
    this.packetBytesMax = packetBytesMax;
    this.strangers = strangers;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (connection.isPaused()) {
      return;
    }
    try {
      if (connection.stage() instanceof Stage.Closed) {
        in.skipBytes(in.readableBytes());
      } else {
        readPacket(in);
      }
    } catch (ProtocolViolation violation) {
      counters.protocolErrors.increment();
      connection.close(violation.reason(), violation.detail());
    }
  }

  private void readPacket(ByteBuf in) {
    int start = in.readerIndex();
    int firstByte = in.getUnsignedByte(start);
    PacketType type = PacketType.of(firstByte);
    checkTurn(type);
    int header = headerBytes(in);
    if (header == INCOMPLETE) {
      return;
    }
    int total = header + remainingLength(in, header);
    int longest =
        type == PacketType.CONNECT ? Math.min(packetBytesMax, CONNECT_BYTES_MAX) : packetBytesMax;
    if (total > longest) {
      throw new ProtocolViolation(
          ReasonCode.PACKET_TOO_LARGE, "the limit is " + longest + " bytes");
    }
    boolean whole = in.readableBytes() >= total;
    if (type == PacketType.CONNECT) {
      hold(whole ? 0 : in.readableBytes());
    }
    if (!whole) {
      return;
    }
    if (type == PacketType.PUBLISH && !mayTake()) {
      pause();
      gate.await(this);
      return;
    }
    counters.bytesIn.add(total);
    int end = in.writerIndex();
    in.readerIndex(start + header).writerIndex(start + total);
    try {
      handle(type, firstByte, in);
    } finally {
      in.writerIndex(end).readerIndex(start + total);
    }
  }

  /// Counts what has come of a CONNECT that is not whole yet. All who are not admitted yet
  /// share one budget, so that they cannot take the memory of those who are.
  private void hold(int bytes) {
    strangers.giveBack(held);
    held = 0;
    if (!strangers.take(bytes)) {
      throw new ProtocolViolation(
          ReasonCode.QUOTA_EXCEEDED, "too much of unfinished CONNECT packets waits here");
    }
    held = bytes;
  }

  private void checkTurn(PacketType type) {
    boolean connected = connection.stage() instanceof Stage.Active;
    if (connected == (type == PacketType.CONNECT)) {
      String detail = connected ? "second CONNECT" : "the first packet must be CONNECT";
      throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, detail);
    }
  }

  /// The bytes of the fixed header, once all of them are there.
  private static int headerBytes(ByteBuf in) {
    int start = in.readerIndex();
    for (int i = 1; i <= LENGTH_BYTES_MAX; i++) {
      if (in.readableBytes() <= i) {
        return INCOMPLETE;
      }
      if (in.getByte(start + i) >= 0) {
        return i + 1;
      }
    }
    throw new ProtocolViolation(
        ReasonCode.MALFORMED_PACKET, "remaining length of more than four bytes");
  }

  private static int remainingLength(ByteBuf in, int header) {
    int length = 0;
    for (int i = header - 1; i >= 1; i--) {
      length = (length << 7) | (in.getByte(in.readerIndex() + i) & 0x7F);
    }
    return length;
  }

  private void handle(PacketType type, int firstByte, ByteBuf in) {
    if (!(connection.stage() instanceof Stage.Active active)) {
      handlers.connect().handle(connection, this, in);
      return;
    }
    connection.heard();
    switch (type) {
      case PUBLISH -> handlers.publish().handle(connection, active, firstByte, in);
      case PUBACK -> acknowledged(active, in);
      case SUBSCRIBE -> handlers.subscribe().handle(connection, active, in);
      case UNSUBSCRIBE -> handlers.unsubscribe().handle(connection, active, in);
      case PINGREQ -> ping(in);
      case DISCONNECT -> handlers.disconnect().handle(connection, active, in);
      case PUBREC, PUBREL, PUBCOMP ->
          throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, type + " without QoS 2");
      case AUTH, CONNECT, CONNACK, SUBACK, UNSUBACK, PINGRESP, RESERVED ->
          throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "unexpected " + type);
    }
  }

  private void acknowledged(Stage.Active active, ByteBuf in) {
    active.session().acknowledged(PubAck.read(in, connection.version()).packetId());
    connection.ring();
  }

  private void ping(ByteBuf in) {
    if (in.isReadable()) {
      throw new ProtocolViolation(ReasonCode.MALFORMED_PACKET, "PINGREQ with a body");
    }
    connection.writer().pingResponse(connection.output());
  }

  /// Whether another message may be read.
  boolean mayTake() {
    return publications.hasRoom() && connection.acknowledgements().size() < PENDING_MAX;
  }

  /// Stops reading; packets that were read already wait.
  void pause() {
    connection.pause();
  }

  /// Reads again, first what was read already.
  void resume() {
    connection.unpause();
    ChannelHandlerContext ctx = context;
    if (ctx == null || ctx.isRemoved()) {
      return;
    }
    try {
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
      channelReadComplete(ctx);
    } catch (Exception e) {
      exceptionCaught(ctx, e);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    connection.flush();
    super.channelReadComplete(ctx);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      connection.ring();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    strangers.giveBack(held);
    held = 0;
    connection.closed();
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      ctx.close();
    } else {
      connection.failed(cause);
    }
  }
}
