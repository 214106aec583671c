package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.packet.ProtocolViolation;
import weir.ingest.mqtt.packet.Publish;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.TopicName;

/// The numbers that a client uses in place of topics (section 3.3.2.3.4). Owned by the connection's
/// event loop.
final class TopicAliases {

  private final @Nullable TopicName[] topics;

  TopicAliases(int aliasMax) {
    topics = new TopicName[aliasMax + 1];
  }

  /// The topic of a packet, from its name or its alias.
  TopicName resolve(Publish publish) {
    int alias = publish.alias();
    boolean named = publish.topic().byteCount() > 0;
    if (alias == Publish.NO_ALIAS) {
      if (!named) {
        throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "empty topic without an alias");
      }
      return publish.topic();
    }
    if (alias == 0 || alias >= topics.length) {
      throw new ProtocolViolation(ReasonCode.TOPIC_ALIAS_INVALID, "topic alias out of range");
    }
    if (named) {
      topics[alias] = publish.topic();
      return publish.topic();
    }
    TopicName known = topics[alias];
    if (known == null) {
      throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "topic alias without a topic");
    }
    return known;
  }
}
