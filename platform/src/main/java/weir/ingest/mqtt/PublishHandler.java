package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.ingest.mqtt.RetainedMessages.Reservation;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.ProtocolViolation;
import weir.ingest.mqtt.packet.Publish;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.TopicName;
import weir.ingest.mqtt.packet.Version;

/// PUBLISH (section 3.3): checked, then handed to the intake; the answer comes by
/// [Acknowledgements]. This is the hot path.
final class PublishHandler {

  private static final String EVENT_ID = "event-id";
  private static final Route.Refused NO_ROOM =
      new Route.Refused(ReasonCode.QUOTA_EXCEEDED, "no room for another retained message");

  private final Publications publications;
  private final Counters counters;
  private final int receiveMax;

  PublishHandler(Publications publications, Counters counters, int receiveMax) {
    this.publications = publications;
    this.counters = counters;
    this.receiveMax = receiveMax;
  }

  void handle(Connection connection, Stage.Active active, int firstByte, ByteBuf in) {
    Publish publish = Publish.read(firstByte, in, connection.version(), connection.topics());
    count(publish);
    checkFlow(connection, publish);
    TopicName topic = active.aliases().resolve(publish);
    Route route = active.routes().of(topic);
    Message message = publish.message(topic);
    PendingPublish pending =
        new PendingPublish(
            connection,
            active.session(),
            publish.packetId(),
            route.matches().isEmpty() ? null : message);
    connection.acknowledgements().add(pending);
    Route.Refused refused = refusal(publish, route);
    if (refused == null) {
      append(publish, message, route, pending);
    } else {
      pending.refuse(refused);
    }
  }

  private void count(Publish publish) {
    (publish.qos() == 0 ? counters.publishesQos0 : counters.publishesQos1).increment();
  }

  private void checkFlow(Connection connection, Publish publish) {
    if (publish.qos() > 1) {
      throw new ProtocolViolation(ReasonCode.QOS_NOT_SUPPORTED, "the maximum QoS is 1");
    }
    if (publish.qos() == 1
        && connection.version() == Version.V5
        && connection.acknowledgements().unacknowledged() >= receiveMax) {
      throw new ProtocolViolation(
          ReasonCode.RECEIVE_MAXIMUM_EXCEEDED, "more than " + receiveMax + " unacknowledged");
    }
  }

  private Route.@Nullable Refused refusal(Publish publish, Route route) {
    if (route.refusal() != null) {
      return route.refusal();
    }
    String id = publish.properties().user(EVENT_ID);
    if (id != null && !DeviceId.isValid(id)) {
      return new Route.Refused(
          ReasonCode.PAYLOAD_FORMAT_INVALID, "event-id must be 1 to 128 of [A-Za-z0-9._:-]");
    }
    return null;
  }

  private void append(Publish publish, Message message, Route route, PendingPublish pending) {
    Reservation room = message.retain() ? publications.reserve(message, route.owner()) : null;
    if (message.retain() && room == null) {
      pending.refuse(NO_ROOM);
    } else if (route.passing()) {
      publications.pass(message, route.owner(), room, pending);
    } else {
      String trace = publish.properties().user(HeaderNames.TRACE);
      publications.append(message, eventId(publish), trace, route.owner(), room, pending);
    }
  }

  private static @Nullable EventId eventId(Publish publish) {
    String given = publish.properties().user(EVENT_ID);
    return given == null ? null : new EventId(given);
  }
}
