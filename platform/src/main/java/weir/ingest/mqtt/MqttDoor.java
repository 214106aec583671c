package weir.ingest.mqtt;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.ingest.Access;
import weir.ingest.Intake;
import weir.ingest.Intake.Answer;
import weir.ingest.TopicOwners;
import weir.ingest.mqtt.DoorPipeline.LoopParts;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.TopicName;
import weir.log.EventLog;
import weir.meter.Histogram;

/// The MQTT door: an endpoint for MQTT 3.1.1 and 5.0 over TCP and WebSocket. A QoS 1 message is
/// acknowledged once the log has it. docs/reference/mqtt.md says what is supported.
///
/// One event loop a core serves all connections. Sessions live in memory and end with the process;
/// retained messages are kept in the log.
public final class MqttDoor implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(MqttDoor.class);
  private static final long SHUTDOWN_MILLIS = 3000;
  private static final int BACKLOG = 1024;

  private final MqttSettings settings;
  private final Counters counters = new Counters();
  private final QueueBudget budget;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();
  private final EventLoopGroup loops;
  private final Sessions sessions;
  private final RetainedMessages retained;
  private final Publications publications;
  private final Departures departures;
  private final DoorPipeline pipeline;
  private @Nullable Channel tcp;
  private @Nullable Channel webSocket;

  /// @param log keeps the retained messages
  public MqttDoor(
      MqttSettings settings,
      Intake intake,
      EventLog log,
      TopicOwners owners,
      Access access,
      Presence presence,
      InstantSource clock) {
    this.settings = settings;
    loops = new MultiThreadIoEventLoopGroup(loopCount(settings), threads(), ioHandlers());
    SubscriptionTree tree = new SubscriptionTree();
    SessionLimits limits = SessionLimits.of(settings, counters);
    budget = limits.budget();
    sessions = new Sessions(loops, tree, limits, settings.sessionsMax(), clock);
    retained = new RetainedMessages(log, settings, clock, counters);
    Router router = new Router(tree, clock);
    publications = new Publications(intake, retained, router, counters, clock);
    departures = new Departures(sessions, publications, presence, counters);
    TopicRights rights = new TopicRights(owners, router, settings.topicBytesMax());
    PacketHandlers handlers =
        new PacketHandlers(
            new ConnectHandler(settings, access, rights, sessions, presence, counters, clock),
            new PublishHandler(publications, counters, settings.receiveMax()),
            new SubscribeHandler(tree, retained, counters, settings.topicBytesMax()),
            new UnsubscribeHandler(tree),
            new DisconnectHandler(settings.sessionExpiryMax().toSeconds()));
    pipeline =
        new DoorPipeline(
            settings, partsOf(loops), handlers, publications, departures, counters, open);
  }

  private static int loopCount(MqttSettings settings) {
    return settings.loops() == 0 ? Runtime.getRuntime().availableProcessors() : settings.loops();
  }

  private static DefaultThreadFactory threads() {
    return new DefaultThreadFactory("mqtt-loop");
  }

  private static IoHandlerFactory ioHandlers() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  private static Map<EventLoop, LoopParts> partsOf(EventLoopGroup group) {
    Map<EventLoop, LoopParts> parts = new HashMap<>();
    for (EventExecutor executor : group) {
      EventLoop loop = (EventLoop) executor;
      parts.put(loop, LoopParts.of(loop));
    }
    return parts;
  }

  /// Reads the retained messages, then opens both ports.
  ///
  /// @throws IllegalStateException naming the setting when a port cannot be opened
  public void start() {
    retained.load();
    tcp = bind(settings.port(), "mqtt.port (WEIR_MQTT_PORT)", pipeline::setUpTcp);
    try {
      webSocket =
          bind(
              settings.websocketPort(),
              "mqtt.websocket-port (WEIR_MQTT_WEBSOCKET_PORT)",
              pipeline::setUpWebSocket);
    } catch (IllegalStateException e) {
      close();
      throw e;
    }
    logger.info("mqtt door open port={} websocketPort={}", port(), websocketPort());
  }

  private Channel bind(int port, String setting, Consumer<Channel> setUp) {
    Class<? extends ServerSocketChannel> type =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    setUp.accept(channel);
                  }
                });
    var bound = bootstrap.bind(settings.host(), port).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IllegalStateException(
          "cannot listen on " + settings.host() + ":" + port + "; change " + setting,
          bound.cause());
    }
    return bound.channel();
  }

  /// The TCP port that is really open.
  public int port() {
    return portOf(tcp);
  }

  /// The address that the TCP port is open on.
  public InetAddress address() {
    Channel bound = Objects.requireNonNull(tcp, "not started");
    return ((InetSocketAddress) bound.localAddress()).getAddress();
  }

  /// The WebSocket port that is really open.
  public int websocketPort() {
    return portOf(webSocket);
  }

  private static int portOf(@Nullable Channel channel) {
    Channel bound = Objects.requireNonNull(channel, "not started");
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  /// Sends a message of the platform's own, QoS 1, to the clients that subscribed. It does not pass
  /// the intake. Called by any thread.
  ///
  /// @param audience those of them who are to take it
  /// @return completes when no session of the audience has it any more: with true when the clients
  ///     took it, with false when one was gone before or nobody had room for it. What depends on it
  ///     must not block.
  public CompletableFuture<Boolean> publish(String topic, byte[] payload, Audience audience) {
    return publications.router().deliverAndFollow(message(topic, payload, Retain.NO), audience);
  }

  /// As [#publish], and retains it, however much is retained already. An empty payload takes
  /// back what was retained.
  ///
  /// @param failed run when the log could not keep it; must not block
  public void retain(String topic, byte[] payload, Runnable failed) {
    publications.retain(
        message(topic, payload, Retain.YES),
        (position, failure) -> {
          if (failure != null) {
            failed.run();
          }
        });
  }

  /// As [#retain], but through the log, so that it is decoded and stored as what a device says is.
  ///
  /// @param about the device that it tells of
  public void announce(String topic, byte[] payload, EventId id, DeviceId about, Answer answer) {
    publications.announce(message(topic, payload, Retain.YES), id, about, answer);
  }

  private enum Retain {
    YES,
    NO
  }

  private static Message message(String topic, byte[] payload, Retain retain) {
    return new Message(
        TopicName.of(topic), payload, 1, retain == Retain.YES, Message.NEVER_EXPIRES, new byte[0]);
  }

  /// What is retained on a topic.
  public Optional<byte[]> retained(String topic) {
    return retained.payload(topic);
  }

  /// Ends the connections of a device that may not be there any more: those that showed its
  /// credential, and those without one that have its id. Called by any thread, never waits.
  public void expel(DeviceId device) {
    open.forEach(connection -> connection.expel(device));
  }

  /// Hears from now on what commands and answers pass by.
  public void listen(Passing listener) {
    publications.listen(listener);
  }

  /// Whether a client of the audience is connected and gets messages on this topic.
  public boolean reaches(String topic, Audience audience) {
    return publications.router().match(topic).bySession().stream()
        .anyMatch(
            subscriptions ->
                subscriptions.getFirst().session().isConnected()
                    && Router.isMeant(subscriptions, audience));
  }

  /// Whether every client that is connected and gets messages on this topic takes them as fast as
  /// they come. Who publishes much asks before each message, and waits a little when it is not so.
  public boolean hasRoom(String topic) {
    return publications.router().match(topic).bySession().stream()
        .allMatch(subscriptions -> subscriptions.getFirst().session().isKeepingUp());
  }

  /// From the arrival of a QoS 1 message to its acknowledgement.
  public Histogram pubAckTimes() {
    return counters.pubAckTimes;
  }

  /// Bytes that wait for clients, of the `mqtt.queue-bytes-max` that may.
  public long queuedBytes() {
    return budget.bytes();
  }

  public MqttCounts counts() {
    return counters.snapshot(sessions.count(), retained.count());
  }

  /// Tells the clients, closes their connections and stops the event loops. Wills are not
  /// published: it is the server that goes.
  @Override
  public void close() {
    departures.silence();
    for (Channel listening : new @Nullable Channel[] {tcp, webSocket}) {
      if (listening != null) {
        listening.close().awaitUninterruptibly(SHUTDOWN_MILLIS);
      }
    }
    for (Connection connection : open) {
      connection
          .channel()
          .eventLoop()
          .execute(() -> connection.close(ReasonCode.SERVER_SHUTTING_DOWN, null));
    }
    loops
        .shutdownGracefully(50, SHUTDOWN_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(2 * SHUTDOWN_MILLIS);
  }
}
