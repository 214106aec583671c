package weir.log.kafka;

import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;
import weir.log.TopicSpec;

/// A topic of a cluster as it was found, held against what it would have been made with. What
/// would lose or refuse records stops the start; what is only less than wished is logged.
record ForeignTopic(TopicSpec spec, TopicDescription description, Config config) {

  private static final Logger LOGGER = LoggerFactory.getLogger(ForeignTopic.class);

  /// @param wanted the configuration of a new topic of this kind
  /// @param copies of a new topic; -1 leaves that to the cluster
  void check(Map<String, String> wanted, int copies) {
    String cleanup = wanted.getOrDefault("cleanup.policy", "");
    if (value("cleanup.policy").filter(found -> !found.equals(cleanup)).isPresent()) {
      throw unfit("cleanup.policy", cleanup);
    }
    if (isLess("max.message.bytes", wanted)) {
      throw unfit(
          "max.message.bytes",
          "at least " + wanted.get("max.message.bytes") + ", or a smaller kafka.record-bytes-max");
    }
    if (isLess("retention.ms", wanted)) {
      LOGGER.warn(
          "a topic keeps records for less than is set topic={} retention_ms={} wanted={}",
          spec.topic(),
          value("retention.ms").orElse(""),
          wanted.get("retention.ms"));
    }
    int found =
        description.partitions().stream()
            .mapToInt(partition -> partition.replicas().size())
            .min()
            .orElse(0);
    if (found < copies) {
      LOGGER.warn(
          "a topic has fewer copies than are set topic={} copies={} wanted={}",
          spec.topic(),
          found,
          copies);
    }
  }

  private LogException unfit(String name, String wanted) {
    return new LogException(
        "topic %s exists with %s=%s, but needs %s"
            .formatted(spec.topic(), name, value(name).orElse(""), wanted));
  }

  /// Below zero is without end.
  private boolean isLess(String name, Map<String, String> wanted) {
    String least = wanted.get(name);
    return least != null
        && value(name)
            .map(Long::parseLong)
            .filter(found -> found >= 0 && found < Long.parseLong(least))
            .isPresent();
  }

  private Optional<String> value(String name) {
    return Optional.ofNullable(config.get(name)).map(ConfigEntry::value);
  }
}
