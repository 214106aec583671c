package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.ingest.mqtt.Presence.Departure;
import weir.ingest.mqtt.packet.Disconnect;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.PacketWriter;
import weir.ingest.mqtt.packet.PacketWriter.Delivery;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.TopicCache;
import weir.ingest.mqtt.packet.Version;

/// One client's connection: its stage, what it is sent, and how it ends. Owned by its event loop;
/// only [#ring], [#isWritable], [#takenOver] and [#expel] are called by others.
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as a closed channel.
final class Connection implements Session.Outlet {

  /// What became of the session when another connection of the client took it.
  enum SessionFate {
    KEPT,
    ENDED
  }

  private static final Logger logger = LoggerFactory.getLogger(Connection.class);
  private static final int OUTPUT_BYTES = 512;
  private static final int OUTPUT_BYTES_MAX = 64 * 1024;
  private static final long LINGER_MILLIS = 1000;

  private final Channel channel;
  private final LoopBell bell;
  private final Departures departures;
  private final Acknowledgements acknowledgements;
  private final Counters counters;
  private final TopicCache topics = new TopicCache();
  private final AtomicBoolean ringing = new AtomicBoolean();
  private Stage stage = Stage.AWAITING_CONNECT;
  private Version version = Version.V3_1_1;
  private PacketWriter writer = new PacketWriter(Version.V3_1_1);
  private Departure departure = Departure.LOST;
  private volatile @Nullable DeviceId speaker;
  private volatile SessionFate fate = SessionFate.KEPT;
  private @Nullable Disconnect goodbye;
  private @Nullable ByteBuf output;
  private @Nullable KeepAlive keepAlive;
  private @Nullable Expiry expiry;
  private boolean paused;
  private long heardNanos;

  Connection(
      Channel channel, LoopBell bell, Router router, Departures departures, Counters counters) {
    this.channel = channel;
    this.bell = bell;
    this.departures = departures;
    this.counters = counters;
    this.acknowledgements = new Acknowledgements(this, router, counters);
  }

  Stage stage() {
    return stage;
  }

  void enter(Stage next) {
    stage = next;
    if (next instanceof Stage.Active active) {
      DeviceId shown = active.permission().device();
      speaker = shown == null ? DeviceId.parse(active.clientId()).orElse(null) : shown;
    }
  }

  Version version() {
    return version;
  }

  /// Answers in this version from now on.
  void speak(Version spoken) {
    version = spoken;
    writer = new PacketWriter(spoken);
  }

  PacketWriter writer() {
    return writer;
  }

  TopicCache topics() {
    return topics;
  }

  Acknowledgements acknowledgements() {
    return acknowledgements;
  }

  Channel channel() {
    return channel;
  }

  boolean isLoopback() {
    InetAddress address =
        channel.remoteAddress() instanceof InetSocketAddress peer ? peer.getAddress() : null;
    return address != null && address.isLoopbackAddress();
  }

  void pause() {
    paused = true;
    channel.config().setAutoRead(false);
  }

  void unpause() {
    paused = false;
    heard();
    channel.config().setAutoRead(true);
  }

  /// Whether the server itself does not read now.
  boolean isPaused() {
    return paused;
  }

  /// Ends the connection when nothing is heard for one and a half times this long.
  void watch(int keepAliveSeconds) {
    keepAlive = new KeepAlive(this, channel.eventLoop(), keepAliveSeconds, System.nanoTime());
  }

  /// Ends the connection when the credential that it showed does.
  void endAt(Instant end, InstantSource clock) {
    expiry = new Expiry(this, channel.eventLoop(), end, clock);
  }

  /// A packet came.
  void heard() {
    heardNanos = System.nanoTime();
    KeepAlive watched = keepAlive;
    if (watched != null) {
      watched.heard(heardNanos);
    }
  }

  /// When the packet at hand came, by [System#nanoTime].
  long heardNanos() {
    return heardNanos;
  }

  /// Makes the event loop call [#drain] soon. Called by any thread.
  void ring() {
    if (!ringing.get() && ringing.compareAndSet(false, true)) {
      bell.ring(this);
    }
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  /// Sends what is due: acknowledgements first, then deliveries, with one flush.
  void drain() {
    ringing.set(false);
    acknowledgements.drain();
    if (stage instanceof Stage.Active active) {
      active.session().drain(this);
    }
    flush();
  }

  /// The buffer to write packets to; sent by the next [#flush].
  ByteBuf output() {
    ByteBuf current = output;
    if (current != null && current.readableBytes() >= OUTPUT_BYTES_MAX) {
      channel.write(current);
      current = null;
    }
    if (current == null) {
      current = channel.alloc().ioBuffer(OUTPUT_BYTES);
      output = current;
    }
    return current;
  }

  void flush() {
    ByteBuf current = output;
    if (current != null) {
      output = null;
      channel.writeAndFlush(current, channel.voidPromise());
    }
  }

  void acknowledge(int packetId, ReasonCode reason, @Nullable String detail) {
    if (stage instanceof Stage.Active active) {
      writer.pubAck(output(), packetId, reason, active.connect().wantsProblems() ? detail : null);
    }
  }

  /// Sends a message, unless it is longer than the client takes (section 3.1.2.11.4).
  @Override
  public void send(Message message, Delivery delivery) {
    if (stage instanceof Stage.Active active) {
      if (writer.publishBytes(message, delivery) > active.connect().packetBytesMax()) {
        counters.drops.increment();
        active.session().acknowledged(delivery.packetId());
      } else {
        writer.publish(output(), message, delivery);
      }
    }
  }

  /// The client said goodbye.
  void goodbye(Disconnect packet) {
    goodbye = packet;
    departure = packet.keepWill() ? Departure.LOST : Departure.GOODBYE;
    end();
    channel.close();
  }

  /// Ends the connection and says why, as far as the protocol has words for it.
  void close(ReasonCode reason, @Nullable String detail) {
    closeAs(Departure.EXPELLED, reason, detail);
  }

  /// Ends the connection because the device may not be there any more, if it is one of the device.
  /// Its will is not published, its session ends. Called by any thread.
  void expel(DeviceId device) {
    if (device.equals(speaker)) {
      channel.eventLoop().execute(() -> bar("barred"));
    }
  }

  /// Ends the connection because it may not be there any more.
  void bar(String detail) {
    closeAs(Departure.BARRED, ReasonCode.NOT_AUTHORIZED, detail);
  }

  /// The server itself failed here.
  void failed(Throwable cause) {
    logger.error("connection failed", cause);
    close(ReasonCode.UNSPECIFIED_ERROR, null);
  }

  /// The client was not heard any more.
  void lost(ReasonCode reason, String detail) {
    closeAs(Departure.LOST, reason, detail);
  }

  private void closeAs(Departure how, ReasonCode reason, @Nullable String detail) {
    if (stage instanceof Stage.Active active) {
      departure = how;
      writer.disconnect(output(), reason, active.connect().wantsProblems() ? detail : null);
    }
    hangUp();
  }

  /// Another connection has taken the session. Called by any thread.
  void takenOver(SessionFate fateOfSession) {
    fate = fateOfSession;
    channel
        .eventLoop()
        .execute(
            () -> {
              if (stage instanceof Stage.Active) {
                close(ReasonCode.SESSION_TAKEN_OVER, "the client connected again");
              }
            });
  }

  /// Closes after what was written has gone out. The peer may still be sending: closing at once
  /// would reset the connection and could destroy the answer on its way.
  void hangUp() {
    if (stage instanceof Stage.Closed) {
      return;
    }
    end();
    flush();
    unpause();
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            sent -> {
              if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
                channel
                    .eventLoop()
                    .schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
              } else {
                channel.close();
              }
            });
  }

  /// The channel is gone, by whichever side.
  void closed() {
    ByteBuf unsent = output;
    output = null;
    if (unsent != null) {
      unsent.release();
    }
    end();
  }

  private void end() {
    Stage before = stage;
    stage = Stage.CLOSED;
    Expiry awaited = expiry;
    if (awaited != null) {
      awaited.cancel();
    }
    KeepAlive watched = keepAlive;
    if (watched != null) {
      watched.cancel();
    }
    if (before instanceof Stage.Active active) {
      departures.of(this, active, departure, fate, goodbye);
    }
  }
}
