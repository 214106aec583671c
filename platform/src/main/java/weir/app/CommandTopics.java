package weir.app;

import java.util.concurrent.CompletableFuture;
import weir.device.DeviceId;
import weir.device.command.CommandDesk;
import weir.device.presence.DeviceState;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;
import weir.device.presence.PresenceBoard;
import weir.pipeline.Dialects;

/// The way of commands over MQTT. At the door inside a device is reached when a connected client
/// subscribed to the topic and to nothing of other devices; for one that speaks through a gateway,
/// any will do, also when it said of itself that it is offline: who says so is there. Nobody can
/// ask an external broker who listens: there a device is reached that was heard lately.
final class CommandTopics implements CommandDesk.Reach {

  private final Speaker speaker;
  private final Dialects dialects;
  private final PresenceBoard board;

  CommandTopics(Speaker speaker, Dialects dialects, PresenceBoard board) {
    this.speaker = speaker;
    this.dialects = dialects;
    this.board = board;
  }

  @Override
  public boolean reaches(DeviceId device, String topic) {
    DeviceState state = board.of(device);
    boolean speaks = state.state() != State.OFFLINE || state.reason() == Reason.STATUS;
    boolean behindGateway = speaks && !state.connected();
    return (behindGateway && speaker.hasBroker())
        || speaker.reaches(
            topic, filter -> behindGateway || device.equals(dialects.ownerOfFilter(filter)));
  }

  @Override
  public CompletableFuture<Boolean> publish(String topic, byte[] payload) {
    return speaker.publish(topic, payload);
  }

  /// Whether a message that passed the door may be an answer to a command.
  static boolean isAnswer(String topic) {
    return topic.endsWith("/answers") || topic.startsWith("stat/");
  }
}
