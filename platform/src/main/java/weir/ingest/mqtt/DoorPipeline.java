package weir.ingest.mqtt;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import weir.ingest.mqtt.packet.ReasonCode;

/// Sets up what a new connection passes through, over TCP or inside a WebSocket.
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as a closed channel.
final class DoorPipeline {

  /// What the connections of one event loop share.
  record LoopParts(LoopBell bell, ReadGate gate) {
    static LoopParts of(EventLoop loop) {
      return new LoopParts(new LoopBell(loop), new ReadGate(loop));
    }
  }

  /// What all who are not admitted yet may make the door hold.
  private static final long STRANGERS_BYTES_MAX = 32L * 1024 * 1024;

  private final MqttSettings settings;
  private final Map<EventLoop, LoopParts> loops;
  private final PacketHandlers handlers;
  private final Publications publications;
  private final Departures departures;
  private final Counters counters;
  private final Set<Connection> open;
  private final QueueBudget strangers = new QueueBudget(STRANGERS_BYTES_MAX);

  DoorPipeline(
      MqttSettings settings,
      Map<EventLoop, LoopParts> loops,
      PacketHandlers handlers,
      Publications publications,
      Departures departures,
      Counters counters,
      Set<Connection> open) {
    this.settings = settings;
    this.loops = loops;
    this.handlers = handlers;
    this.publications = publications;
    this.departures = departures;
    this.counters = counters;
    this.open = open;
  }

  void setUpTcp(Channel channel) {
    addMqtt(channel);
  }

  void setUpWebSocket(Channel channel) {
    WebSocketFrames.addTo(channel.pipeline(), settings);
    addMqtt(channel);
  }

  private void addMqtt(Channel channel) {
    LoopParts parts = loops.get(channel.eventLoop());
    if (parts == null) {
      throw new IllegalStateException("channel on a foreign event loop");
    }
    Connection connection =
        new Connection(channel, parts.bell(), publications.router(), departures, counters);
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(new Census(connection));
    pipeline.addLast(
        new PacketDecoder(
            connection,
            handlers,
            publications,
            parts.gate(),
            counters,
            settings.packetBytesMax(),
            strangers));
  }

  /// Counts connections, turns away what is far too many, and cuts those that are not admitted in
  /// time.
  private final class Census extends ChannelInboundHandlerAdapter {

    private final Connection connection;

    Census(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
      open.add(connection);
      if (counters.connections.incrementAndGet() > 2 * settings.connectionsMax()) {
        ctx.close();
        return;
      }
      ctx.executor()
          .schedule(
              this::checkAdmitted, settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
      super.channelActive(ctx);
    }

    private void checkAdmitted() {
      if (!(connection.stage() instanceof Stage.Active)) {
        connection.close(ReasonCode.NOT_AUTHORIZED, null);
        connection.channel().close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
      counters.connections.decrementAndGet();
      open.remove(connection);
      super.channelInactive(ctx);
    }
  }
}
