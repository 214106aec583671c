package weir.app;

import java.util.concurrent.CompletableFuture;
import weir.device.DeviceId;
import weir.device.command.CommandDesk;
import weir.device.presence.DeviceState;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;
import weir.device.presence.PresenceBoard;
import weir.ingest.mqtt.MqttDoor;
import weir.pipeline.Dialects;

/// The way of commands over the MQTT door. A device is reached when a connected client subscribed
/// to the topic and to nothing of other devices; for one that speaks through a gateway, any will
/// do, also when it said of itself that it is offline: who says so is there.
final class CommandTopics implements CommandDesk.Reach {

  private final MqttDoor door;
  private final Dialects dialects;
  private final PresenceBoard board;

  CommandTopics(MqttDoor door, Dialects dialects, PresenceBoard board) {
    this.door = door;
    this.dialects = dialects;
    this.board = board;
  }

  @Override
  public boolean reaches(DeviceId device, String topic) {
    DeviceState state = board.of(device);
    boolean speaks = state.state() != State.OFFLINE || state.reason() == Reason.STATUS;
    boolean behindGateway = speaks && !state.connected();
    return door.reaches(
        topic, filter -> behindGateway || device.equals(dialects.ownerOfFilter(filter)));
  }

  @Override
  public CompletableFuture<Boolean> publish(String topic, byte[] payload) {
    return door.publish(topic, payload);
  }

  /// Whether a message that passed the door may be an answer to a command.
  static boolean isAnswer(String topic) {
    return topic.endsWith("/answers") || topic.startsWith("stat/");
  }
}
