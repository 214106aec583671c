package weir.log;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/// The names of the log's topics; each can be set.
///
/// @param raw messages as received, keyed by device id
/// @param enriched decoded and enriched messages, keyed by device id
/// @param retry raw messages that wait for a missing reference
/// @param dlq what was set aside, with its reason
/// @param devices registry changes, compacted, keyed by device id
/// @param subscriptions subscription changes, compacted
public record Topics(
    Topic raw, Topic enriched, Topic retry, Topic dlq, Topic devices, Topic subscriptions) {

  public static Topics defaults() {
    return new Topics(
        new Topic("iot.raw"),
        new Topic("iot.enriched"),
        new Topic("iot.retry"),
        new Topic("iot.dlq"),
        new Topic("iot.devices"),
        new Topic("iot.subscriptions"));
  }

  /// The topic that holds the enriched messages of one device type only.
  public Topic enrichedOf(String deviceType) {
    return new Topic("iot." + deviceType + ".enriched");
  }

  /// Whether it is the topic of one device type.
  public boolean isOfType(Topic topic) {
    return topic.name().startsWith("iot.")
        && topic.name().endsWith(".enriched")
        && !topic.equals(enriched);
  }

  public Set<Topic> all() {
    return Set.of(raw, enriched, retry, dlq, devices, subscriptions);
  }

  /// How they are created. Raw and enriched must have the same partitions: what one pipeline thread
  /// reads from partition n it writes to partition n.
  public List<TopicSpec> specs(int partitions, Duration retention) {
    return List.of(
        new TopicSpec(raw, partitions, TopicSpec.Cleanup.DELETE, retention),
        new TopicSpec(enriched, partitions, TopicSpec.Cleanup.DELETE, retention),
        new TopicSpec(retry, 1, TopicSpec.Cleanup.DELETE, retention),
        new TopicSpec(dlq, 1, TopicSpec.Cleanup.DELETE, retention.multipliedBy(4)),
        new TopicSpec(devices, 1, TopicSpec.Cleanup.COMPACT, retention),
        new TopicSpec(subscriptions, 1, TopicSpec.Cleanup.COMPACT, retention));
  }
}
