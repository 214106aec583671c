package weir.app.life;

import java.time.Duration;

/// How changes of devices are told over MQTT.
///
/// @param topicPrefix events go to `{prefix}/{device_id}/{event_type}`
/// @param source who tells them, as the events say in `metadata.source`
/// @param grace how long events wait after a start for subscribers to come back
/// @param patience how long they wait for a subscriber that is too slow
public record LifecycleSettings(
    String topicPrefix, String source, Duration grace, Duration patience) {

  public LifecycleSettings {
    if (topicPrefix.isEmpty()
        || topicPrefix.startsWith("$")
        || topicPrefix.endsWith("/")
        || topicPrefix.contains("#")
        || topicPrefix.contains("+")) {
      throw new IllegalArgumentException(
          "topic-prefix must be a topic without wildcards, '$' before it or '/' behind it");
    }
    if (grace.isNegative() || patience.isNegative()) {
      throw new IllegalArgumentException("grace and patience must not be negative");
    }
  }

  public static LifecycleSettings defaults() {
    return new LifecycleSettings(
        "energy/events/devices",
        "data-ingestion-service",
        Duration.ofSeconds(2),
        Duration.ofSeconds(5));
  }
}
