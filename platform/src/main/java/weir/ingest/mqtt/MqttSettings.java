package weir.ingest.mqtt;

import java.time.Duration;
import java.util.List;

/// Addresses and limits of the MQTT door.
///
/// @param host the address to listen on
/// @param port for MQTT over TCP; 0 takes a free one
/// @param websocketPort for MQTT over WebSocket; 0 takes a free one
/// @param loops event loops; 0 is one for each core
/// @param anonymous whether senders on loopback need no credential, over MQTT and HTTP
/// @param connectionsMax connections at once
/// @param connectTimeout how long a connection may take to be admitted
/// @param keepAliveMax longest keep-alive; longer ones are shortened where the protocol allows
/// @param packetBytesMax longest packet, with its header
/// @param receiveMax QoS 1 messages that a client may have unacknowledged
/// @param topicAliasMax topic aliases that a client may use
/// @param topicBytesMax longest topic name or filter
/// @param sessionsMax sessions at once, those without a connection included
/// @param sessionExpiryMax longest life of a session without a connection
/// @param sessionQueueMax messages that may wait for one session
/// @param sessionQueueBytesMax payload bytes that may wait for one session
/// @param queueBytesMax payload bytes that may wait for all sessions
/// @param inFlightMax QoS 1 messages that are sent to a client before it acknowledges one
/// @param subscriptionsMax subscriptions of one session
/// @param retainedMax retained messages
/// @param retainedBytesMax bytes of retained messages
/// @param retainedPerDeviceMax retained messages on topics of one device
/// @param retainedTopic the log topic that keeps retained messages
/// @param websocketOrigins web origins, besides loopback ones, whose pages may connect
public record MqttSettings(
    String host,
    int port,
    int websocketPort,
    int loops,
    boolean anonymous,
    int connectionsMax,
    Duration connectTimeout,
    Duration keepAliveMax,
    int packetBytesMax,
    int receiveMax,
    int topicAliasMax,
    int topicBytesMax,
    int sessionsMax,
    Duration sessionExpiryMax,
    int sessionQueueMax,
    int sessionQueueBytesMax,
    long queueBytesMax,
    int inFlightMax,
    int subscriptionsMax,
    int retainedMax,
    long retainedBytesMax,
    int retainedPerDeviceMax,
    String retainedTopic,
    List<String> websocketOrigins) {

  private static final int HEADER_MARGIN = 4 * 1024;
  private static final int PACKET_BYTES_LIMIT = 16 * 1024 * 1024 + HEADER_MARGIN;

  public MqttSettings {
    websocketOrigins = List.copyOf(websocketOrigins);
    require(port >= 0 && port <= 65_535, "port must be 0 to 65535");
    require(websocketPort >= 0 && websocketPort <= 65_535, "websocket-port must be 0 to 65535");
    require(loops >= 0 && loops <= 256, "loops must be 0 to 256");
    require(connectionsMax > 0, "connections-max must be positive");
    require(connectTimeout.isPositive(), "connect-timeout must be positive");
    require(
        keepAliveMax.toSeconds() >= 1 && keepAliveMax.toSeconds() <= 65_535,
        "keep-alive-max must be 1 to 65535 seconds");
    require(
        packetBytesMax >= 1024 && packetBytesMax <= PACKET_BYTES_LIMIT,
        "packet-bytes-max must be 1024 to " + PACKET_BYTES_LIMIT);
    require(receiveMax > 0 && receiveMax <= 65_535, "receive-max must be 1 to 65535");
    require(topicAliasMax >= 0 && topicAliasMax <= 65_535, "topic-alias-max must be 0 to 65535");
    require(topicBytesMax > 0 && topicBytesMax <= 65_535, "topic-bytes-max must be 1 to 65535");
    require(inFlightMax > 0 && inFlightMax <= 65_535, "in-flight-max must be 1 to 65535");
    require(sessionsMax > 0, "sessions-max must be positive");
    require(!sessionExpiryMax.isNegative(), "session-expiry-max must not be negative");
    require(sessionQueueMax > 0, "session-queue-max must be positive");
    require(sessionQueueBytesMax > 0, "session-queue-bytes-max must be positive");
    require(queueBytesMax >= sessionQueueBytesMax, "queue-bytes-max is below one session's");
    require(subscriptionsMax > 0, "subscriptions-max must be positive");
    require(retainedMax >= 0, "retained-max must not be negative");
  }

  public static MqttSettings defaults() {
    return new MqttSettings(
        "127.0.0.1",
        1883,
        9001,
        0,
        false,
        20_000,
        Duration.ofSeconds(10),
        Duration.ofMinutes(20),
        256 * 1024 + HEADER_MARGIN,
        64,
        16,
        1024,
        100_000,
        Duration.ofDays(1),
        1000,
        1024 * 1024,
        64L * 1024 * 1024,
        64,
        100,
        20_000,
        16L * 1024 * 1024,
        100,
        "iot.retained",
        List.of());
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
