package weir.log.rabbitmq;

import java.time.Duration;

/// The RabbitMQ that is the log.
///
/// @param host where it is; empty for none, then the log is Kafka
/// @param port its AMQP port
/// @param username who Weir is there
/// @param password its password
/// @param virtualHost the virtual host
/// @param tls whether to speak TLS, trusting what the JVM trusts
/// @param partitions partitions of the raw and the enriched topic; fixed once they exist
/// @param retention how long a record is kept, unless its topic says otherwise
/// @param retentionBytes bytes kept of one topic, over all its partitions; the oldest go first
/// @param segmentBytes size of a stream's files, the unit in which records are removed
/// @param bufferBytes bytes that may wait to be appended before appends fail
public record RabbitSettings(
    String host,
    int port,
    String username,
    String password,
    String virtualHost,
    boolean tls,
    int partitions,
    Duration retention,
    long retentionBytes,
    int segmentBytes,
    int bufferBytes) {

  private static final int MEBIBYTE = 1024 * 1024;

  public RabbitSettings {
    require(port > 0 && port <= 65_535, "port must be 1 to 65535");
    require(partitions >= 1 && partitions <= 100, "partitions must be 1 to 100");
    require(retention.toSeconds() >= 1, "retention must be at least a second");
    require(segmentBytes >= MEBIBYTE, "segment-bytes must be at least 1048576");
    require(retentionBytes >= 2L * segmentBytes, "retention-bytes must hold two segments");
    require(bufferBytes >= MEBIBYTE, "buffer-bytes must be at least 1048576");
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  public static RabbitSettings defaults() {
    return new RabbitSettings(
        "",
        5672,
        "guest",
        "guest",
        "/",
        false,
        4,
        Duration.ofDays(7),
        16L * 1024 * MEBIBYTE,
        64 * MEBIBYTE,
        32 * MEBIBYTE);
  }

  /// Whether it is the log.
  public boolean isSet() {
    return !host.isEmpty();
  }

  /// The same settings with another port, for tests and tools.
  public RabbitSettings at(String otherHost, int otherPort) {
    return new RabbitSettings(
        otherHost,
        otherPort,
        username,
        password,
        virtualHost,
        tls,
        partitions,
        retention,
        retentionBytes,
        segmentBytes,
        bufferBytes);
  }

  /// Without the password.
  @Override
  public String toString() {
    return "RabbitSettings[" + host + ":" + port + "]";
  }
}
