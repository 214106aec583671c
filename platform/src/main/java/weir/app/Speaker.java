package weir.app;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.ingest.Intake.Answer;
import weir.ingest.broker.BrokerDoor;
import weir.ingest.mqtt.MqttDoor;

/// What the platform itself says over MQTT, QoS 1: to the clients of its own door, and through
/// the external broker when there is one.
final class Speaker {

  private static final Logger LOGGER = LoggerFactory.getLogger(Speaker.class);

  private final MqttDoor door;
  private final Optional<BrokerDoor> broker;

  Speaker(MqttDoor door, Optional<BrokerDoor> broker) {
    this.door = door;
    this.broker = broker;
  }

  /// @return completes when the clients of the door and the broker have it: with true when the
  ///     broker took it or, without one, the clients did
  CompletableFuture<Boolean> publish(String topic, byte[] payload) {
    CompletableFuture<Boolean> here = door.publish(topic, payload);
    return broker.isEmpty()
        ? here
        : here.thenCombine(forward(topic, payload, false), (took, brokerTook) -> brokerTook);
  }

  /// Says it and retains it in both places; the broker gets it when it can.
  ///
  /// @param failed run when the log could not keep it; must not block
  void retain(String topic, byte[] payload, Runnable failed) {
    door.retain(topic, payload, failed);
    var _ = forward(topic, payload, true);
  }

  /// As [#retain], after the log has it.
  ///
  /// @param about the device that it tells of
  void announce(String topic, byte[] payload, EventId id, DeviceId about, Answer answer) {
    door.announce(
        topic,
        payload,
        id,
        about,
        refusal -> {
          if (refusal == null) {
            var _ = forward(topic, payload, true);
          }
          answer.done(refusal);
        });
  }

  private CompletableFuture<Boolean> forward(String topic, byte[] payload, boolean retain) {
    if (broker.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    return broker
        .get()
        .publish(topic, payload, retain)
        .handle(
            (done, failure) -> {
              if (failure != null) {
                LOGGER.warn("not published at the broker topic={}", topic, failure);
              }
              return failure == null;
            });
  }

  /// What the door inside retains on a topic.
  Optional<byte[]> retained(String topic) {
    return door.retained(topic);
  }

  /// Whether the clients of the door that listen on the topic keep up.
  boolean hasRoom(String topic) {
    return door.hasRoom(topic);
  }

  /// Whether a client of the door gets messages on the topic by a filter of this kind.
  boolean reaches(String topic, Predicate<String> wanted) {
    return door.reaches(topic, wanted);
  }

  /// Whether devices may be at a broker, which is there.
  boolean hasBroker() {
    return broker.isPresent() && isReady();
  }

  /// Whether nothing that is said now has to wait for a broker.
  boolean isReady() {
    return broker.isEmpty() || broker.get().trouble().isEmpty();
  }
}
