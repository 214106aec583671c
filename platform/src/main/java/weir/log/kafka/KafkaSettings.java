package weir.log.kafka;

import java.nio.file.Path;
import java.time.Duration;

/// Where the log is and how much it keeps.
///
/// @param port port of the embedded broker on the loopback interface; 0 takes a free one
/// @param bootstrapServers `host:port,…` of a Kafka cluster to use; empty starts the embedded
///     broker
/// @param clientProperties a Kafka client properties file, for instance with the cluster's
///     credentials; an empty path for none
/// @param partitions partitions of the raw and the enriched topic; fixed once they exist
/// @param replicationFactor copies of new topics on a cluster; -1 leaves it to the cluster
/// @param retention how long a record is kept, unless its topic says otherwise
/// @param retentionBytes bytes kept of one topic, over all its partitions; the oldest go first
/// @param segmentBytes size of a topic's files, the unit in which records are removed
/// @param diskReserveBytes free disk below which the embedded broker takes no appends, so that
/// it can
///     still do its housekeeping
/// @param recordBytesMax longest record, with key and headers
/// @param bufferBytes bytes that may wait to be appended before appends fail
/// @param linger how long an append may wait for others to be sent with it
/// @param compression how batches are compressed on the way to the log and in it
public record KafkaSettings(
    int port,
    String bootstrapServers,
    Path clientProperties,
    int partitions,
    int replicationFactor,
    Duration retention,
    long retentionBytes,
    int segmentBytes,
    long diskReserveBytes,
    int recordBytesMax,
    int bufferBytes,
    Duration linger,
    Compression compression) {

  /// What a batch adds to its records, generously.
  static final int BATCH_OVERHEAD_BYTES = 64 * 1024;

  private static final int MEBIBYTE = 1024 * 1024;

  /// The codecs that every Kafka client reads.
  public enum Compression {
    NONE,
    LZ4,
    ZSTD
  }

  public KafkaSettings {
    check(port >= 0 && port <= 65_535, "port must be 0 to 65535");
    check(partitions >= 1 && partitions <= 1_000, "partitions must be 1 to 1000");
    check(
        replicationFactor == -1 || replicationFactor >= 1,
        "replication-factor must be -1 or at least 1");
    check(retention.isPositive(), "retention must be longer than zero");
    check(
        recordBytesMax >= 1_024 && recordBytesMax <= 64 * MEBIBYTE,
        "record-bytes-max must be 1024 to 67108864");
    check(
        segmentBytes >= segmentBytesMin(recordBytesMax),
        "segment-bytes must be at least record-bytes-max and 65536");
    check(retentionBytes >= 2L * segmentBytes, "retention-bytes must hold two segments");
    check(diskReserveBytes >= 0, "disk-reserve-bytes must not be negative");
    check(
        bufferBytes >= 2L * recordBytesMax, "buffer-bytes must be at least twice record-bytes-max");
    check(
        !linger.isNegative() && linger.toMillis() <= 1_000,
        "linger must be 0 to 1000 milliseconds");
  }

  private static int segmentBytesMin(int recordBytesMax) {
    return recordBytesMax + BATCH_OVERHEAD_BYTES;
  }

  /// A segment holds at least the longest record.
  public int segmentBytesMin() {
    return segmentBytesMin(recordBytesMax);
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  public static KafkaSettings defaults() {
    return new KafkaSettings(
        9092,
        "",
        Path.of(""),
        4,
        -1,
        Duration.ofDays(7),
        16L * 1024 * MEBIBYTE,
        64 * MEBIBYTE,
        256L * MEBIBYTE,
        2 * MEBIBYTE,
        32 * MEBIBYTE,
        Duration.ofMillis(5),
        Compression.LZ4);
  }

  /// The same settings with another port, for tests and tools.
  public KafkaSettings withPort(int other) {
    return new KafkaSettings(
        other,
        bootstrapServers,
        clientProperties,
        partitions,
        replicationFactor,
        retention,
        retentionBytes,
        segmentBytes,
        diskReserveBytes,
        recordBytesMax,
        bufferBytes,
        linger,
        compression);
  }

  /// The same settings with other disk limits, for tests and tools.
  public KafkaSettings withDisk(long retentionBytes, int segmentBytes, long diskReserveBytes) {
    return new KafkaSettings(
        port,
        bootstrapServers,
        clientProperties,
        partitions,
        replicationFactor,
        retention,
        retentionBytes,
        segmentBytes,
        diskReserveBytes,
        recordBytesMax,
        bufferBytes,
        linger,
        compression);
  }

  /// Whether the log is a broker inside this process.
  public boolean embedded() {
    return bootstrapServers.isEmpty();
  }
}
