package weir.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import weir.log.EventLog;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.log.Topics;

/// Where the pipeline reads and writes.
///
/// @param partitions of the raw topic, of the enriched one, and of each device type's
/// @param retention of the topics of device types
public record PipelineTopics(Topics names, int partitions, Duration retention) {

  /// The topics of device types, made when a type is first met. Used by all threads.
  static final class OfTypes {

    private final EventLog log;
    private final PipelineTopics topics;
    private final Map<String, Topic> made = new ConcurrentHashMap<>();

    OfTypes(EventLog log, PipelineTopics topics) {
      this.log = log;
      this.topics = topics;
    }

    Topic of(String deviceType) {
      Topic topic = made.get(deviceType);
      return topic != null ? topic : make(deviceType);
    }

    private Topic make(String deviceType) {
      Topic topic = topics.names.enrichedOf(deviceType);
      log.create(
          List.of(
              new TopicSpec(topic, topics.partitions, TopicSpec.Cleanup.DELETE, topics.retention)));
      made.put(deviceType, topic);
      return topic;
    }
  }
}
