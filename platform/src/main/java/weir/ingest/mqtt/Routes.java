package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.TopicName;

/// The routes that a connection used last, so that a repeated topic is checked and matched once.
/// Direct mapped; owned by the connection's event loop.
final class Routes {

  private static final int SLOTS = 16;

  private final @Nullable Route[] slots = new Route[SLOTS];
  private final Permission permission;
  private final Router router;
  private final int topicBytesMax;

  Routes(Permission permission, Router router, int topicBytesMax) {
    this.permission = permission;
    this.router = router;
    this.topicBytesMax = topicBytesMax;
  }

  Route of(TopicName topic) {
    int slot = topic.hashCode() & (SLOTS - 1);
    Route known = slots[slot];
    int version = router.version();
    if (known == null || !known.topic().equals(topic)) {
      known = find(topic, version);
      slots[slot] = known;
    } else if (known.version() != version) {
      known = known.with(router.match(topic.text()), version);
      slots[slot] = known;
    }
    return known;
  }

  private Route find(TopicName topic, int version) {
    Route.Refused refusal = refusal(topic);
    if (refusal != null) {
      return new Route(topic, null, false, refusal, Matches.NONE, version);
    }
    String text = topic.text();
    return new Route(
        topic,
        permission.ownerOf(text),
        permission.isCommand(text),
        null,
        router.match(text),
        version);
  }

  private Route.@Nullable Refused refusal(TopicName topic) {
    String text = topic.text();
    if (topic.byteCount() > topicBytesMax) {
      return new Route.Refused(ReasonCode.TOPIC_NAME_INVALID, "topic longer than the limit");
    }
    if (TopicFilter.hasControlCharacter(text)) {
      return new Route.Refused(ReasonCode.TOPIC_NAME_INVALID, "control character in the topic");
    }
    if (TopicFilter.levelsOf(text).size() > TopicFilter.LEVELS_MAX) {
      return new Route.Refused(ReasonCode.TOPIC_NAME_INVALID, "too many topic levels");
    }
    if (text.startsWith("$")) {
      return new Route.Refused(ReasonCode.NOT_AUTHORIZED, "$ topics belong to the server");
    }
    if (!permission.mayPublish(text)) {
      return new Route.Refused(ReasonCode.NOT_AUTHORIZED, "the topic belongs to someone else");
    }
    return null;
  }
}
