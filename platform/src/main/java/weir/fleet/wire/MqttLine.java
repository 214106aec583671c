package weir.fleet.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.HeaderNames;

/// One device's MQTT 5 connection: QoS 1, a clean start each time, the event id as a user property.
///
///     IDLE ──connect──▶ DIALING ──CONNACK──▶ OPEN ──lost──▶ IDLE ──back-off──▶ DIALING …
///       └──refused three times by name──▶ BARRED          any ──close──▶ CLOSED
///
/// At most [#IN_FLIGHT_MAX] messages, or what the server's Receive Maximum allows, are unanswered
/// at one time. After a lost connection they are sent again before anything newer. All state is
/// owned by one event loop.
final class MqttLine implements Line {

  private static final Logger LOG = LoggerFactory.getLogger(MqttLine.class);

  static final int IN_FLIGHT_MAX = 32;
  private static final int KEEP_ALIVE_SECONDS = 60;
  private static final int DENIALS_MAX = 3;
  private static final long BUSY_MILLIS = 1_000;
  private static final int PACKET_ID_MAX = 65_535;

  private static final MqttSubscriptionOption NOT_MY_OWN =
      new MqttSubscriptionOption(
          MqttQoS.AT_LEAST_ONCE,
          true,
          false,
          MqttSubscriptionOption.RetainedHandlingPolicy.DONT_SEND_AT_SUBSCRIBE);

  private enum State {
    IDLE,
    DIALING,
    OPEN,
    BARRED,
    CLOSED
  }

  private record InFlight(Parcel parcel, long sentNanos) {}

  private final MqttNetwork network;
  private final EventLoop loop;
  private final String clientId;
  private final Optional<Login> login;
  private final Receipts receipts;
  private final Inbox inbox;
  private final Backoff backoff = new Backoff();
  private final ArrayDeque<Parcel> waiting = new ArrayDeque<>();
  private final LinkedHashMap<Integer, InFlight> inFlight = new LinkedHashMap<>();
  private final List<Parcel> postponed = new ArrayList<>();
  private volatile State state = State.IDLE;
  private @Nullable Channel channel;
  private boolean inTurnstile;
  private boolean silent;
  private boolean holding;
  private int window = IN_FLIGHT_MAX;
  private int denials;
  private int lastPacketId;

  MqttLine(
      MqttNetwork network,
      EventLoop loop,
      String clientId,
      Optional<Login> login,
      Receipts receipts,
      Inbox inbox) {
    this.network = network;
    this.loop = loop;
    this.clientId = clientId;
    this.login = login;
    this.receipts = receipts;
    this.inbox = inbox;
  }

  void connect() {
    loop.execute(this::dial);
  }

  @Override
  public void send(Parcel parcel) {
    loop.execute(() -> take(parcel));
  }

  @Override
  public void drop() {
    loop.execute(this::abort);
  }

  @Override
  public void silence() {
    loop.execute(
        () -> {
          silent = true;
          abort();
        });
  }

  @Override
  public void rejoin() {
    loop.execute(
        () -> {
          silent = false;
          dial();
        });
  }

  @Override
  public boolean isConnected() {
    return state == State.OPEN;
  }

  @Override
  public void close() {
    loop.execute(this::leave);
  }

  private void take(Parcel parcel) {
    if (state == State.BARRED || state == State.CLOSED) {
      receipts.refused(parcel, "the line is " + state);
      return;
    }
    silent = false;
    waiting.add(parcel);
    if (state == State.OPEN) {
      pump();
    } else {
      dial();
    }
  }

  private void dial() {
    if (state == State.IDLE && !silent) {
      state = State.DIALING;
      network.turnstile().enter(() -> loop.execute(this::admitted));
    }
  }

  private void admitted() {
    if (state != State.DIALING) {
      network.turnstile().leave();
      return;
    }
    inTurnstile = true;
    ChannelFuture attempt = network.connect(loop, new MqttWire(this));
    forget(attempt.addListener(this::dialled));
  }

  private void dialled(Future<? super Void> attempt) {
    if (!attempt.isSuccess()) {
      lost();
    }
  }

  /// For what shows its failure in another way: a write or close by the end of the channel.
  static void forget(Future<?> unusedOutcome) {}

  /// The socket is there: introduce the device.
  void greet(Channel connected) {
    channel = connected;
    if (state != State.DIALING) {
      forget(connected.close());
      return;
    }
    MqttMessageBuilders.ConnectBuilder connect =
        MqttMessageBuilders.connect()
            .protocolVersion(MqttVersion.MQTT_5)
            .clientId(clientId)
            .cleanSession(true)
            .keepAlive(KEEP_ALIVE_SECONDS);
    login.ifPresent(
        known ->
            connect
                .hasUser(true)
                .hasPassword(true)
                .username(known.user())
                .password(known.token().getBytes(StandardCharsets.UTF_8)));
    MqttConnectMessage message = connect.build();
    forget(connected.writeAndFlush(message, connected.voidPromise()));
  }

  void welcomed(int receiveMaximum) {
    leaveTurnstile();
    state = State.OPEN;
    window = Math.min(IN_FLIGHT_MAX, receiveMaximum);
    denials = 0;
    backoff.succeeded();
    subscribe();
    pump();
  }

  private void subscribe() {
    Channel open = channel;
    if (open == null || inbox.filters().isEmpty()) {
      return;
    }
    MqttMessageBuilders.SubscribeBuilder subscribe = MqttMessageBuilders.subscribe();
    for (String filter : inbox.filters()) {
      subscribe.addSubscription(filter, NOT_MY_OWN);
    }
    int packetId = nextPacketId();
    forget(open.writeAndFlush(subscribe.messageId(packetId).build(), open.voidPromise()));
  }

  void subscribed() {
    inbox.subscribed();
  }

  void heard(String topic, byte[] payload) {
    inbox.received(topic, payload);
  }

  /// The platform does not let this device in, by its name or its token. Three times is an answer.
  void denied(String reason) {
    denials++;
    if (denials >= DENIALS_MAX) {
      LOG.warn("device barred device={} reason={}", clientId, reason);
      end(State.BARRED, "not let in: " + reason);
    }
  }

  /// Writes as much as the window allows, and flushes once.
  void pump() {
    Channel open = channel;
    if (open == null || holding || state != State.OPEN) {
      return;
    }
    boolean wrote = false;
    while (inFlight.size() < window && !waiting.isEmpty()) {
      Parcel parcel = waiting.remove();
      int packetId = nextPacketId();
      inFlight.put(packetId, new InFlight(parcel, System.nanoTime()));
      forget(open.write(publish(packetId, parcel), open.voidPromise()));
      wrote = true;
    }
    if (wrote) {
      open.flush();
    }
  }

  private int nextPacketId() {
    do {
      lastPacketId = lastPacketId % PACKET_ID_MAX + 1;
    } while (inFlight.containsKey(lastPacketId));
    return lastPacketId;
  }

  private static MqttPublishMessage publish(int packetId, Parcel parcel) {
    MqttProperties properties = new MqttProperties();
    properties.add(new MqttProperties.UserProperty(HeaderNames.EVENT_ID, parcel.id().value()));
    return MqttMessageBuilders.publish()
        .topicName(parcel.path())
        .qos(MqttQoS.AT_LEAST_ONCE)
        .messageId(packetId)
        .properties(properties)
        .payload(Unpooled.wrappedBuffer(parcel.payload()))
        .build();
  }

  void answered(int packetId, PubAck answer) {
    InFlight sent = inFlight.remove(packetId);
    if (sent == null) {
      return;
    }
    switch (answer) {
      case PubAck.Taken taken ->
          receipts.acknowledged(sent.parcel, System.nanoTime() - sent.sentNanos);
      case PubAck.Refused refused -> receipts.refused(sent.parcel, refused.reason());
      case PubAck.Later later -> hold(sent.parcel);
    }
  }

  /// The platform has no room now: what it turned away goes first again, after a moment.
  private void hold(Parcel parcel) {
    receipts.postponed(parcel);
    postponed.add(parcel);
    if (!holding) {
      holding = true;
      forget(loop.schedule(this::resume, BUSY_MILLIS, TimeUnit.MILLISECONDS));
    }
  }

  private void resume() {
    holding = false;
    putBack();
    pump();
  }

  private void putBack() {
    postponed.reversed().forEach(waiting::addFirst);
    postponed.clear();
  }

  private void abort() {
    Channel open = channel;
    if (open != null) {
      open.config().setOption(ChannelOption.SO_LINGER, 0);
      forget(open.close());
    }
  }

  /// The connection is gone, or never came to be.
  void lost() {
    leaveTurnstile();
    channel = null;
    List<Parcel> again = new ArrayList<>(inFlight.size());
    inFlight.values().forEach(sent -> again.add(sent.parcel));
    again.reversed().forEach(waiting::addFirst);
    putBack();
    inFlight.clear();
    if (state == State.BARRED || state == State.CLOSED) {
      refuseAll("the line is " + state);
      return;
    }
    state = State.IDLE;
    forget(loop.schedule(this::dial, backoff.failed(), TimeUnit.MILLISECONDS));
  }

  private void leave() {
    Channel open = channel;
    if (open != null && state == State.OPEN) {
      MqttFixedHeader header =
          new MqttFixedHeader(MqttMessageType.DISCONNECT, false, MqttQoS.AT_MOST_ONCE, false, 0);
      forget(open.writeAndFlush(new MqttMessage(header), open.voidPromise()));
    }
    end(State.CLOSED, "the line is closed");
  }

  private void end(State last, String reason) {
    state = last;
    leaveTurnstile();
    if (channel == null) {
      refuseAll(reason);
    } else {
      forget(channel.close());
    }
  }

  private void refuseAll(String reason) {
    putBack();
    while (!waiting.isEmpty()) {
      receipts.refused(waiting.remove(), reason);
    }
  }

  private void leaveTurnstile() {
    if (inTurnstile) {
      inTurnstile = false;
      network.turnstile().leave();
    }
  }
}
