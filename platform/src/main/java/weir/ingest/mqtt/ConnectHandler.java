package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.ingest.Access;
import weir.ingest.Access.Identity;
import weir.ingest.mqtt.packet.Connect;
import weir.ingest.mqtt.packet.PacketWriter.Announcement;
import weir.ingest.mqtt.packet.ProtocolViolation;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.UnknownVersion;
import weir.ingest.mqtt.packet.Version;
import weir.ingest.mqtt.packet.Will;

/// CONNECT (section 3.1): read and checked on the event loop, judged by [Access] on a virtual
/// thread, answered on the event loop.
final class ConnectHandler {

  private static final Logger logger = LoggerFactory.getLogger(ConnectHandler.class);
  private static final int UNCHANGED = -1;

  private final MqttSettings settings;
  private final Access access;
  private final TopicRights rights;
  private final Sessions sessions;
  private final Presence presence;
  private final Counters counters;
  private final InstantSource clock;

  ConnectHandler(
      MqttSettings settings,
      Access access,
      TopicRights rights,
      Sessions sessions,
      Presence presence,
      Counters counters,
      InstantSource clock) {
    this.settings = settings;
    this.access = access;
    this.rights = rights;
    this.sessions = sessions;
    this.presence = presence;
    this.counters = counters;
    this.clock = clock;
  }

  void handle(Connection connection, PacketDecoder decoder, ByteBuf in) {
    Connect connect = read(connection, in);
    if (connect == null) {
      return;
    }
    Refusal refusal = check(connect);
    if (refusal != null) {
      refuse(connection, refusal);
      return;
    }
    connection.enter(Stage.AUTHENTICATING);
    decoder.pause();
    EventLoop loop = connection.channel().eventLoop();
    boolean loopback = connection.isLoopback();
    Thread.ofVirtual()
        .name("mqtt-access")
        .start(() -> identify(connection, decoder, connect, loopback, loop));
  }

  private record Refusal(ReasonCode reason, String detail) {}

  private @Nullable Connect read(Connection connection, ByteBuf in) {
    try {
      connection.speak(Connect.readVersion(in));
      return Connect.read(in, connection.version());
    } catch (UnknownVersion unknown) {
      if (unknown.isMqtt()) {
        connection.speak(unknown.answerVersion());
        String detail = "this server speaks MQTT 3.1.1 and 5.0";
        refuse(connection, new Refusal(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, detail));
      } else {
        counters.connectRefusals.increment();
        connection.hangUp();
      }
    } catch (ProtocolViolation violation) {
      counters.protocolErrors.increment();
      if (connection.version() == Version.V5) {
        refuse(connection, new Refusal(violation.reason(), violation.detail()));
      } else {
        connection.hangUp();
      }
    }
    return null;
  }

  private @Nullable Refusal check(Connect connect) {
    if (connect.wantsAuthentication()) {
      return new Refusal(ReasonCode.BAD_AUTHENTICATION_METHOD, "only user name and password");
    }
    Will will = connect.will();
    if (will != null && will.message().qos() > 1) {
      return new Refusal(ReasonCode.QOS_NOT_SUPPORTED, "the maximum QoS is 1");
    }
    String id = connect.clientId();
    if (id.isEmpty() ? connect.version() == Version.V3_1_1 && !connect.clean() : !isLegal(id)) {
      return new Refusal(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "client id must be 1 to 128 of [A-Za-z0-9._:-]");
    }
    if (counters.connections.get() > settings.connectionsMax()) {
      return new Refusal(ReasonCode.QUOTA_EXCEEDED, "too many connections");
    }
    return null;
  }

  private static boolean isLegal(String clientId) {
    return DeviceId.isValid(clientId);
  }

  private void identify(
      Connection connection,
      PacketDecoder decoder,
      Connect connect,
      boolean loopback,
      EventLoop loop) {
    Identity identity;
    try {
      byte[] password = connect.password();
      String secret = password == null ? null : new String(password, StandardCharsets.UTF_8);
      identity = access.identify(connect.userName(), secret, loopback);
    } catch (RuntimeException e) {
      logger.error("access cannot be checked", e);
      identity = null;
    }
    Identity answer = identity;
    try {
      loop.execute(() -> admit(connection, decoder, connect, answer));
    } catch (RejectedExecutionException stopped) {
      logger.debug("the door closed while access was checked");
    }
  }

  private void admit(
      Connection connection, PacketDecoder decoder, Connect connect, @Nullable Identity identity) {
    if (!(connection.stage() instanceof Stage.Authenticating)) {
      return;
    }
    Refusal refusal = judge(connection, connect, identity);
    if (refusal != null || identity == null) {
      refuse(
          connection,
          refusal != null
              ? refusal
              : new Refusal(ReasonCode.SERVER_UNAVAILABLE, "access cannot be checked now"));
      return;
    }
    open(connection, connect, identity);
    decoder.resume();
  }

  private @Nullable Refusal judge(
      Connection connection, Connect connect, @Nullable Identity identity) {
    return switch (identity) {
      case null -> null;
      case Identity.Administrator administrator -> judgeWill(connect, identity);
      case Identity.Device device -> judgeDevice(connect, device);
      case Identity.Anonymous anonymous ->
          settings.anonymous() && connection.isLoopback()
              ? judgeWill(connect, identity)
              : new Refusal(ReasonCode.NOT_AUTHORIZED, "a credential is needed");
      case Identity.Denied denied ->
          connect.userName() == null
              ? new Refusal(ReasonCode.NOT_AUTHORIZED, "a credential is needed")
              : new Refusal(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "wrong user name or password");
    };
  }

  private @Nullable Refusal judgeDevice(Connect connect, Identity.Device device) {
    if (!connect.clientId().isEmpty() && !connect.clientId().startsWith(device.id().value())) {
      return new Refusal(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "client id must begin with the device id");
    }
    return judgeWill(connect, device);
  }

  private @Nullable Refusal judgeWill(Connect connect, Identity identity) {
    Will will = connect.will();
    if (will == null) {
      return null;
    }
    Routes routes = rights.routesOf(rights.permissionOf(identity));
    Route.Refused refused = routes.of(will.message().topic()).refusal();
    return refused == null ? null : new Refusal(refused.reason(), "will: " + refused.detail());
  }

  private void open(Connection connection, Connect connect, Identity identity) {
    boolean named = !connect.clientId().isEmpty();
    String clientId = named ? connect.clientId() : nameFor(identity);
    SessionKey key = SessionKey.of(identity, clientId);
    if (sessions.isFull(key)) {
      refuse(connection, new Refusal(ReasonCode.QUOTA_EXCEEDED, "too many sessions"));
      return;
    }
    long expiryMax = settings.sessionExpiryMax().toSeconds();
    long expiry = Math.min(connect.sessionExpirySeconds(), expiryMax);
    Sessions.Opened opened = sessions.open(key, connection, connect.clean(), connect.receiveMax());
    Permission permission = rights.permissionOf(identity);
    connection.enter(
        new Stage.Active(
            connect,
            clientId,
            expiry,
            permission,
            opened.session(),
            rights.routesOf(permission),
            new TopicAliases(settings.topicAliasMax())));
    int keepAlive = keepAliveSeconds(connect);
    Announcement announcement =
        new Announcement(
            opened.present(),
            settings.receiveMax(),
            settings.packetBytesMax(),
            settings.topicAliasMax(),
            named ? null : clientId,
            keepAlive == connect.keepAliveSeconds() ? UNCHANGED : keepAlive,
            expiry == connect.sessionExpirySeconds() ? UNCHANGED : expiry);
    connection.writer().accept(connection.output(), announcement);
    counters.connects.increment();
    if (keepAlive > 0) {
      connection.watch(keepAlive);
    }
    if (identity instanceof Identity.Device device && device.until() != null) {
      connection.endAt(device.until(), clock);
    }
    opened.session().resend(connection);
    connection.drain();
    presence.connected(clientId, permission.device());
  }

  private String nameFor(Identity identity) {
    String fresh = EventId.fresh(clock).value();
    return identity instanceof Identity.Device device ? device.id() + ":" + fresh : fresh;
  }

  /// MQTT 5.0 clients are told a shorter keep-alive; those of 3.1.1 are taken at their word.
  private int keepAliveSeconds(Connect connect) {
    int wanted = connect.keepAliveSeconds();
    int longest = (int) settings.keepAliveMax().toSeconds();
    boolean tooLong = wanted == 0 || wanted > longest;
    return connect.version() == Version.V5 && tooLong ? longest : wanted;
  }

  private void refuse(Connection connection, Refusal refusal) {
    counters.connectRefusals.increment();
    connection.writer().refuse(connection.output(), refusal.reason, refusal.detail);
    connection.hangUp();
  }
}
