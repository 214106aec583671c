package weir.log.kafka;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import weir.log.LogException;
import weir.log.Patience;

/// The configurations of the Kafka clients.
final class ClientProperties {

  /// An append that is not durable by then has failed.
  private static final int DELIVERY_MILLIS = 5_000;

  private final String bootstrapServers;
  private final KafkaSettings settings;
  private final Map<String, Object> extra;

  ClientProperties(String bootstrapServers, KafkaSettings settings) {
    this.bootstrapServers = bootstrapServers;
    this.settings = settings;
    this.extra = read(settings.clientProperties());
  }

  private static Map<String, Object> read(Path file) {
    Map<String, Object> extra = new HashMap<>();
    if (file.toString().isEmpty()) {
      return extra;
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException failure) {
      throw new LogException("kafka.client-properties cannot be read: " + file, failure);
    }
    properties.stringPropertyNames().forEach(name -> extra.put(name, properties.get(name)));
    return extra;
  }

  Map<String, Object> producer(Patience patience) {
    Map<String, Object> properties = common("weir-producer");
    properties.put("acks", "all");
    properties.put("enable.idempotence", true);
    properties.put("compression.type", settings.compression().name().toLowerCase(Locale.ROOT));
    properties.put("linger.ms", settings.linger().toMillis());
    properties.put("batch.size", 128 * 1024);
    // With more in flight a broker that just became leader can take a later batch before an earlier
    // one, and then refuses the earlier for good. One in flight costs nothing: batches grow
    // instead.
    properties.put("max.in.flight.requests.per.connection", 1);
    properties.put("buffer.memory", (long) settings.bufferBytes());
    properties.put("max.request.size", settings.recordBytesMax());
    boolean lasting = patience == Patience.LASTING;
    // A prompt append never waits long; what does not fit fails.
    properties.put("max.block.ms", lasting ? 5_000 : 20);
    properties.put("request.timeout.ms", 3_000);
    // A batch that is given up may be in the log or get there later, behind its successors. Only
    // one that is never given up keeps its place.
    properties.put("delivery.timeout.ms", lasting ? Integer.MAX_VALUE : DELIVERY_MILLIS);
    // A topic that rested must not make the next append wait for its metadata.
    properties.put("metadata.max.idle.ms", Duration.ofDays(365).toMillis());
    return properties;
  }

  Map<String, Object> member(String group) {
    Map<String, Object> properties = reader(group);
    properties.put("group.id", group);
    properties.putIfAbsent("group.protocol", "consumer");
    return properties;
  }

  /// A consumer outside any group.
  Map<String, Object> reader(String name) {
    Map<String, Object> properties = common(name);
    properties.put("enable.auto.commit", false);
    properties.put("auto.offset.reset", "earliest");
    properties.put("max.poll.records", 2_000);
    properties.put("fetch.max.bytes", 4 * 1024 * 1024);
    properties.put("max.partition.fetch.bytes", 1024 * 1024);
    properties.put("default.api.timeout.ms", 10_000);
    return properties;
  }

  Map<String, Object> admin() {
    Map<String, Object> properties = common("weir-admin");
    properties.put("request.timeout.ms", 3_000);
    properties.put("default.api.timeout.ms", 10_000);
    return properties;
  }

  private Map<String, Object> common(String clientId) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", bootstrapServers);
    properties.put("client.id", clientId);
    properties.put("metric.reporters", "");
    properties.put("enable.metrics.push", false);
    if (settings.embedded()) {
      // The broker comes back where it was. Forgetting it would make appends wait meanwhile.
      properties.put("metadata.recovery.strategy", "none");
    }
    properties.put("retry.backoff.ms", 50);
    properties.put("reconnect.backoff.ms", 50);
    properties.put("reconnect.backoff.max.ms", 500);
    properties.putAll(extra);
    return properties;
  }
}
