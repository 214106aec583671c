package weir.log.kafka;

import java.nio.file.Path;
import java.util.Properties;

/// The configuration of the embedded broker: one node that is broker and controller, reachable from
/// this machine only, small enough to live beside everything else.
final class BrokerProperties {

  static final int NODE_ID = 1;
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  private static final int INTERNAL_SEGMENT_BYTES = 16 * 1024 * 1024;

  private BrokerProperties() {}

  static Properties of(Path folder, int port, int controllerPort, KafkaSettings settings) {
    Properties properties = new Properties();
    listeners(properties, port, controllerPort);
    storage(properties, folder, settings);
    internalTopics(properties);
    threads(properties);
    timing(properties);
    return properties;
  }

  private static void listeners(Properties properties, int port, int controllerPort) {
    put(properties, "process.roles", "broker,controller");
    put(properties, "node.id", NODE_ID);
    // The voters' ports are not kept in the data folder, so they may change between starts.
    put(properties, "controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
    put(
        properties,
        "listeners",
        "PLAINTEXT://%s:%d,%s://%s:%d"
            .formatted(HOST, port, CONTROLLER_LISTENER, HOST, controllerPort));
    put(properties, "advertised.listeners", "PLAINTEXT://%s:%d".formatted(HOST, port));
    put(properties, "controller.listener.names", CONTROLLER_LISTENER);
    put(
        properties,
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    put(properties, "metric.reporters", "");
  }

  private static void storage(Properties properties, Path folder, KafkaSettings settings) {
    put(properties, "log.dirs", folder);
    put(properties, "auto.create.topics.enable", false);
    put(
        properties,
        "message.max.bytes",
        settings.recordBytesMax() + KafkaSettings.BATCH_OVERHEAD_BYTES);
    put(properties, "log.segment.bytes", settings.segmentBytes());
    put(properties, "log.index.size.max.bytes", 1024 * 1024);
    // What is over the limit may grow for this long before it is removed.
    put(properties, "log.retention.check.interval.ms", 5_000);
    put(properties, "log.initial.task.delay.ms", 1_000);
    put(properties, "log.segment.delete.delay.ms", 1_000);
    // Recovery after a kill reads what came after the last checkpoint.
    put(properties, "log.flush.offset.checkpoint.interval.ms", 5_000);
    // A device's clock never decides: records carry the receive time of this machine.
    put(properties, "log.message.timestamp.after.max.ms", Long.MAX_VALUE);
    put(properties, "log.cleaner.threads", 1);
    put(properties, "log.cleaner.dedupe.buffer.size", 2 * 1024 * 1024);
  }

  private static void internalTopics(Properties properties) {
    for (String topic :
        new String[] {"offsets.topic", "transaction.state.log", "share.coordinator.state.topic"}) {
      put(properties, topic + ".num.partitions", 1);
      put(properties, topic + ".replication.factor", 1);
      put(properties, topic + ".segment.bytes", INTERNAL_SEGMENT_BYTES);
    }
    put(properties, "transaction.state.log.min.isr", 1);
    put(properties, "share.coordinator.state.topic.min.isr", 1);
    put(properties, "metadata.log.segment.bytes", INTERNAL_SEGMENT_BYTES);
  }

  private static void threads(Properties properties) {
    put(properties, "num.network.threads", 1);
    put(properties, "num.io.threads", 2);
    put(properties, "background.threads", 2);
    put(properties, "num.recovery.threads.per.data.dir", 2);
    put(properties, "group.coordinator.threads", 1);
    put(properties, "share.coordinator.threads", 1);
  }

  private static void timing(Properties properties) {
    // After a kill the broker may register again only when its old session is over.
    put(properties, "broker.session.timeout.ms", 2_000);
    put(properties, "broker.heartbeat.interval.ms", 400);
    put(properties, "metadata.max.idle.interval.ms", 0);
    put(properties, "group.initial.rebalance.delay.ms", 0);
    // Members that died with the process hold their partitions until their session is over.
    put(properties, "group.consumer.min.session.timeout.ms", 1_000);
    put(properties, "group.consumer.session.timeout.ms", 3_000);
    put(properties, "group.consumer.min.heartbeat.interval.ms", 100);
    put(properties, "group.consumer.heartbeat.interval.ms", 500);
  }

  private static void put(Properties properties, String name, Object value) {
    properties.setProperty(name, value.toString());
  }
}
