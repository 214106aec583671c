package weir.ingest.mqtt;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.RawMessage;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.mqtt.packet.Message;

/// Takes messages through the intake; what was accepted is retained when that was asked for, and
/// only then delivered. So no subscriber sees what the log does not have.
final class Publications {

  private final Intake intake;
  private final RetainedMessages retained;
  private final Router router;
  private final InstantSource clock;

  Publications(Intake intake, RetainedMessages retained, Router router, InstantSource clock) {
    this.intake = intake;
    this.retained = retained;
    this.router = router;
    this.clock = clock;
  }

  /// Appends the message to the log, and to the retained ones when it is to be retained; answers
  /// after both. Delivering is left to the caller, who keeps the order.
  ///
  /// @param id given by the sender, or null for a fresh one
  /// @param owner the device that the message is from
  void append(
      Message message, @Nullable EventId id, @Nullable DeviceId owner, Intake.Answer answer) {
    Refusal overQuota = owner == null ? null : intake.admit(owner, 1);
    if (overQuota != null) {
      answer.done(overQuota);
      return;
    }
    RawMessage raw =
        new RawMessage(
            id == null ? EventId.fresh(clock) : id,
            owner,
            Door.MQTT,
            message.topic().text(),
            message.qos(),
            clock.instant(),
            message.payload());
    intake.accept(raw, message.retain() ? retaining(message, owner, answer) : answer);
  }

  private Intake.Answer retaining(Message message, @Nullable DeviceId owner, Intake.Answer answer) {
    return refusal -> {
      if (refusal == null) {
        retained.store(message, owner, () -> answer.done(null));
      } else {
        answer.done(refusal);
      }
    };
  }

  /// As [#append], and delivers what was accepted. For messages that no connection waits for.
  void publish(Message message, @Nullable DeviceId owner, Intake.Answer answer) {
    append(
        message,
        null,
        owner,
        refusal -> {
          if (refusal == null) {
            router.deliver(message, null);
          }
          answer.done(refusal);
        });
  }

  boolean mayRetain(Message message, @Nullable DeviceId owner) {
    return retained.hasRoomFor(message, owner);
  }

  boolean hasRoom() {
    return intake.hasRoom();
  }

  Router router() {
    return router;
  }
}
