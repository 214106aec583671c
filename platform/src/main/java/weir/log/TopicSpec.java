package weir.log;

import java.time.Duration;

/// How a topic is to be created.
///
/// @param retention how long a record is kept; ignored for compacted topics
public record TopicSpec(Topic topic, int partitions, Cleanup cleanup, Duration retention) {

  /// What the log removes: old records, or records whose key has a newer one.
  public enum Cleanup {
    DELETE,
    COMPACT
  }

  public TopicSpec {
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions of " + topic + " must be at least 1");
    }
  }
}
