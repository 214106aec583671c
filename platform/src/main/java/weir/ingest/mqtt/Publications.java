package weir.ingest.mqtt;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.RawMessage;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.mqtt.RetainedMessages.Reservation;
import weir.ingest.mqtt.packet.Message;
import weir.log.EventLog;

/// Takes messages through the intake; what was accepted is retained when that was asked for, and
/// only then delivered. So no subscriber sees what the log does not have.
final class Publications {

  private final Intake intake;
  private final RetainedMessages retained;
  private final Router router;
  private final Counters counters;
  private final InstantSource clock;
  private volatile Passing passing = (owner, topic, payload) -> {};

  Publications(
      Intake intake,
      RetainedMessages retained,
      Router router,
      Counters counters,
      InstantSource clock) {
    this.intake = intake;
    this.retained = retained;
    this.router = router;
    this.counters = counters;
    this.clock = clock;
  }

  /// Appends the message to the log, and then to the retained ones when room was set aside there;
  /// answers after both. Delivering is left to the caller, who keeps the order.
  ///
  /// @param id given by the sender, or null for a fresh one
  /// @param trace the `traceparent` that the sender gave, or null
  /// @param owner the device that the message is from
  /// @param room where the message is to be retained, or null when it is not
  void append(
      Message message,
      @Nullable EventId id,
      @Nullable String trace,
      @Nullable DeviceId owner,
      @Nullable Reservation room,
      Intake.Answer answer) {
    Intake.Answer whenDone = room == null ? answer : retaining(message, room, answer);
    Refusal overQuota = owner == null ? null : intake.admit(owner);
    if (overQuota != null) {
      whenDone.done(overQuota);
      return;
    }
    EventId known = id == null ? EventId.fresh(clock) : id;
    intake.accept(raw(message, known, owner, trace), whenDone);
  }

  void listen(Passing listener) {
    passing = listener;
  }

  private RawMessage raw(
      Message message, EventId id, @Nullable DeviceId device, @Nullable String trace) {
    return new RawMessage(
        id,
        device,
        Door.MQTT,
        message.topic().text(),
        message.qos(),
        clock.instant(),
        message.payload(),
        trace);
  }

  private Intake.Answer retaining(Message message, Reservation room, Intake.Answer answer) {
    return refusal -> {
      if (refusal == null) {
        retained.store(message, room, (position, failure) -> answer.done(null));
      } else {
        retained.giveBack(room);
        answer.done(refusal);
      }
    };
  }

  /// As [#append], and delivers what was accepted. For messages that no connection waits for: when
  /// there is no room to retain one, that is counted.
  void publish(Message message, @Nullable DeviceId owner, Intake.Answer answer) {
    append(
        message,
        null,
        null,
        owner,
        roomFor(message, owner),
        refusal -> {
          if (refusal == null) {
            router.deliver(message, null);
          }
          answer.done(refusal);
        });
  }

  /// Lets a command or an answer by: it is no event, so the log does not get it. Delivering is left
  /// to the caller, as in [#append].
  void pass(
      Message message, @Nullable DeviceId owner, @Nullable Reservation room, Intake.Answer answer) {
    Intake.Answer whenDone = room == null ? answer : retaining(message, room, answer);
    Refusal overQuota = owner == null ? null : intake.admit(owner);
    if (overQuota == null && owner != null) {
      passing.passed(owner, message.topic().text(), message.payload());
    }
    whenDone.done(overQuota);
  }

  /// Takes a message of the platform's own through the log, then retains and delivers it as any
  /// other.
  void announce(Message message, EventId id, DeviceId about, Intake.Answer answer) {
    Intake.Answer delivering =
        refusal -> {
          if (refusal == null) {
            router.deliver(message, null);
          }
          answer.done(refusal);
        };
    intake.append(
        raw(message, id, about, null), retaining(message, Reservation.PLATFORM, delivering));
  }

  /// Retains and delivers a message of the platform's own that the intake does not see.
  void retain(Message message, EventLog.Appended kept) {
    retained.store(message, Reservation.PLATFORM, kept);
    router.deliver(message, null);
  }

  private @Nullable Reservation roomFor(Message message, @Nullable DeviceId owner) {
    Reservation room = message.retain() ? retained.reserve(message, owner) : null;
    if (message.retain() && room == null) {
      counters.retainFailures.increment();
    }
    return room;
  }

  /// Room to retain a message; null when there is none.
  @Nullable Reservation reserve(Message message, @Nullable DeviceId owner) {
    return retained.reserve(message, owner);
  }

  boolean hasRoom() {
    return intake.hasRoom();
  }

  Router router() {
    return router;
  }
}
