package weir.ingest.broker;

import java.time.Duration;
import java.util.List;

/// The external MQTT broker, which must speak MQTT 5.0.
///
/// @param host where it is, or `host:port`; empty for none, then only the door inside is open
/// @param port its port, unless the host names one
/// @param tls whether to speak TLS, trusting what the JVM trusts
/// @param username empty for none
/// @param password its password
/// @param clientId the name of this process there, which must stay the same over restarts; empty
///     makes one and keeps it in the data folder
/// @param topics filters to subscribe to; none for all topics that the dialects know
/// @param shareGroup the processes that name the same group share the messages; empty for one
///     process alone, which gets all
/// @param receiveMax QoS 1 messages that may wait for the log; fewer suit only brokers that keep
///     to it, which Mosquitto 2.0 does not after a restart
/// @param sessionExpiry how long the broker keeps messages while this process is away
/// @param keepAlive how long a silent connection counts as alive
/// @param reconnectMax longest pause between two attempts to connect
public record BrokerSettings(
    String host,
    int port,
    boolean tls,
    String username,
    String password,
    String clientId,
    List<String> topics,
    String shareGroup,
    int receiveMax,
    Duration sessionExpiry,
    Duration keepAlive,
    Duration reconnectMax) {

  public BrokerSettings {
    int colon = host.lastIndexOf(':');
    if (colon > 0 && host.substring(colon + 1).matches("\\d{1,5}")) {
      port = Integer.parseInt(host.substring(colon + 1));
      host = host.substring(0, colon);
    }
    topics = List.copyOf(topics);
    require(port > 0 && port <= 65_535, "port must be 1 to 65535");
    require(shareGroup.matches("[^/+#]*"), "share-group must be one level without wildcards");
    require(receiveMax > 0 && receiveMax <= 65_535, "receive-max must be 1 to 65535");
    require(isSeconds(sessionExpiry), "session-expiry must be 1 second to 136 years");
    require(
        keepAlive.toSeconds() >= 1 && keepAlive.toSeconds() <= 65_535,
        "keep-alive must be 1 to 65535 seconds");
    require(reconnectMax.isPositive(), "reconnect-max must be positive");
  }

  private static boolean isSeconds(Duration duration) {
    return duration.toSeconds() >= 1 && duration.toSeconds() < 0xFFFF_FFFFL;
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  public static BrokerSettings defaults() {
    return new BrokerSettings(
        "",
        1883,
        false,
        "",
        "",
        "",
        List.of(),
        "",
        65_535,
        Duration.ofDays(1),
        Duration.ofSeconds(20),
        Duration.ofSeconds(5));
  }

  /// Whether there is one.
  public boolean isSet() {
    return !host.isEmpty();
  }

  /// Without the password.
  @Override
  public String toString() {
    return "BrokerSettings[" + host + ":" + port + "]";
  }
}
