package weir.app.life;

import java.util.concurrent.CompletableFuture;
import weir.device.DeviceId;
import weir.device.command.CommandDesk;
import weir.device.presence.DeviceState;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;
import weir.device.presence.PresenceBoard;
import weir.fleet.Mirrors;
import weir.ingest.mqtt.Audience;
import weir.pipeline.Dialects;

/// The way of commands over MQTT. At the door inside a device is reached when a connected client
/// subscribed to the topic and to nothing of other devices; for one that speaks through a
/// gateway, any will do. Mirrors, and nobody else, are reached by the ears of theirs, also when
/// they say that they are offline. Nobody can ask an external broker who listens: there a device
/// is reached that was heard lately.
public final class CommandTopics implements CommandDesk.Reach {

  private final Speaker speaker;
  private final Dialects dialects;
  private final PresenceBoard board;

  public CommandTopics(Speaker speaker, Dialects dialects, PresenceBoard board) {
    this.speaker = speaker;
    this.dialects = dialects;
    this.board = board;
  }

  @Override
  public boolean reaches(DeviceId device, String topic) {
    DeviceState state = board.of(device);
    return isAtBroker(state) || speaker.reaches(topic, audience(state));
  }

  @Override
  public CompletableFuture<Boolean> publish(DeviceId device, String topic, byte[] payload) {
    DeviceState state = board.of(device);
    return isAtBroker(state)
        ? speaker.sayAtBroker(topic, payload)
        : speaker.say(topic, payload, audience(state));
  }

  private boolean isAtBroker(DeviceState state) {
    return isBehindGateway(state) && speaker.hasBroker();
  }

  private static boolean isBehindGateway(DeviceState state) {
    return state.state() != State.OFFLINE && !state.connected();
  }

  /// Who is the device, or speaks for it.
  private Audience audience(DeviceState state) {
    DeviceId device = state.device();
    boolean speaks = state.state() != State.OFFLINE || state.reason() == Reason.STATUS;
    boolean mirror = speaks && Mirrors.isMirror(device);
    boolean behindGateway = isBehindGateway(state);
    return (client, filter) ->
        Mirrors.areEars(client)
            ? mirror
            : behindGateway || device.equals(dialects.ownerOfFilter(filter));
  }

  /// Whether a message that passed the door may be an answer to a command.
  public static boolean isAnswer(String topic) {
    return topic.endsWith("/answers") || topic.startsWith("stat/");
  }
}
