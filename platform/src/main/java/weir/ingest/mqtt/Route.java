package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.TopicName;

/// What is known of a topic on one connection: whose it is, whether it may be published to, and who
/// gets it.
///
/// @param passing whether it is a command or an answer, which is delivered and not logged
/// @param refusal why it may not be published to, or null
/// @param version of the router at which the matches were true
record Route(
    TopicName topic,
    @Nullable DeviceId owner,
    boolean passing,
    @Nullable Refused refusal,
    Matches matches,
    int version) {

  record Refused(ReasonCode reason, String detail) {}

  Route with(Matches fresh, int at) {
    return new Route(topic, owner, passing, refusal, fresh, at);
  }
}
