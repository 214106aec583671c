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
/// @param queue the work queue that producers may put events into; with `.retry` and `.dlq` after
///     its name the queues of what failed; empty for none of the three
/// @param maxRetries how often a failed event comes again by them
/// @param retryDelay how long it waits each time
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
    int bufferBytes,
    String queue,
    int maxRetries,
    Duration retryDelay) {

  private static final int MEBIBYTE = 1024 * 1024;

  public RabbitSettings {
    require(port > 0 && port <= 65_535, "port must be 1 to 65535");
    require(partitions >= 1 && partitions <= 100, "partitions must be 1 to 100");
    require(retention.toSeconds() >= 1, "retention must be at least a second");
    require(segmentBytes >= MEBIBYTE, "segment-bytes must be at least 1048576");
    require(retentionBytes >= 2L * segmentBytes, "retention-bytes must hold two segments");
    require(bufferBytes >= MEBIBYTE, "buffer-bytes must be at least 1048576");
    require(queue.matches("[A-Za-z0-9._-]{0,200}"), "queue must be of [A-Za-z0-9._-]");
    require(maxRetries >= 0 && maxRetries <= 1_000, "max-retries must be 0 to 1000");
    require(!retryDelay.isNegative(), "retry-delay must not be negative");
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
        32 * MEBIBYTE,
        "iot.events",
        5,
        Duration.ofSeconds(10));
  }

  /// Whether it is the log.
  public boolean isSet() {
    return !host.isEmpty();
  }

  /// Whether there are work queues.
  public boolean hasQueue() {
    return isSet() && !queue.isEmpty();
  }

  /// Where failed events wait.
  public String retryQueue() {
    return queue + ".retry";
  }

  /// Where events are that were given up.
  public String deadQueue() {
    return queue + ".dlq";
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
        bufferBytes,
        queue,
        maxRetries,
        retryDelay);
  }

  /// Without the password.
  @Override
  public String toString() {
    return "RabbitSettings[" + host + ":" + port + "]";
  }
}
