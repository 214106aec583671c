package weir.app.life;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.ingest.Intake.Answer;
import weir.ingest.broker.BrokerDoor;
import weir.ingest.mqtt.Audience;
import weir.ingest.mqtt.MqttDoor;

/// What the platform itself says over MQTT, QoS 1: to the clients of its own door, and through
/// the external broker when there is one.
public final class Speaker {

  private static final Logger LOGGER = LoggerFactory.getLogger(Speaker.class);

  private final MqttDoor door;
  private final Optional<BrokerDoor> broker;

  public Speaker(MqttDoor door, Optional<BrokerDoor> broker) {
    this.door = door;
    this.broker = broker;
  }

  /// Tells everybody. A client that does not let go of it is waited for until the patience is over,
  /// the broker for as long as it takes.
  ///
  /// @return completes when the clients of the door and the broker have it, or refused it for good;
  ///     fails when it has to be told again
  CompletableFuture<?> tell(String topic, byte[] payload, Duration patience) {
    CompletableFuture<Boolean> here =
        door.publish(topic, payload, Audience.ALL)
            .completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS);
    return CompletableFuture.allOf(here, forward(topic, payload, false));
  }

  /// Says it to some of the clients of the door; the others and the broker hear it too.
  ///
  /// @return completes when those clients let go of it: whether they have it
  CompletableFuture<Boolean> say(String topic, byte[] payload, Audience audience) {
    var _ = forward(topic, payload, false);
    return door.publish(topic, payload, audience);
  }

  /// Says it to a device that may be at the broker.
  ///
  /// @return completes when the broker let go of it: whether it took it
  CompletableFuture<Boolean> sayAtBroker(String topic, byte[] payload) {
    var _ = door.publish(topic, payload, Audience.ALL);
    return forward(topic, payload, false).exceptionally(unsent -> false);
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
        .whenComplete(
            (took, failure) -> {
              if (failure != null) {
                LOGGER.warn("not published at the broker topic={}", topic, failure);
              }
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

  /// Whether a client of the audience is at the door and gets messages on the topic.
  boolean reaches(String topic, Audience audience) {
    return door.reaches(topic, audience);
  }

  /// Whether devices may be at a broker, which is there.
  boolean hasBroker() {
    return broker.isPresent() && isReady();
  }

  /// Whether nothing that is said now has to wait for a broker.
  boolean isReady() {
    return broker.isEmpty() || (broker.get().trouble().isEmpty() && broker.get().hasRoom());
  }
}
