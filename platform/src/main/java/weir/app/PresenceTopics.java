package weir.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.device.presence.DeviceState;
import weir.device.presence.DeviceState.State;
import weir.device.presence.PresenceBoard;
import weir.event.EventId;

/// Publishes who is there on `iot/{id}/status`, retained; through the log, when that is wanted, so
/// that it is an event like what devices say.
final class PresenceTopics implements PresenceBoard.News {

  /// Begins the ids of these events, by which they are told from what devices say.
  static final String EVENT_PREFIX = "presence-";

  private final Speaker speaker;
  private final boolean events;
  private final Directory directory;
  private final InstantSource clock;

  /// @param events whether it goes through the log
  PresenceTopics(Speaker speaker, boolean events, Directory directory, InstantSource clock) {
    this.speaker = speaker;
    this.events = events;
    this.directory = directory;
    this.clock = clock;
  }

  @Override
  public void tell(DeviceState state, Runnable failed) {
    String topic = topic(state.device());
    byte[] payload = json(state).toString().getBytes(StandardCharsets.UTF_8);
    if (!events) {
      speaker.retain(topic, payload, failed);
      return;
    }
    EventId id = new EventId(EVENT_PREFIX + EventId.fresh(clock));
    speaker.announce(
        topic,
        payload,
        id,
        state.device(),
        refusal -> {
          if (refusal != null) {
            failed.run();
          }
        });
  }

  /// Takes back what was retained of a device that is deleted.
  void forget(DeviceId device) {
    speaker.retain(topic(device), new byte[0], () -> {});
  }

  private static String topic(DeviceId device) {
    return "iot/" + device + "/status";
  }

  private ObjectNode json(DeviceState state) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("device_id", state.device().value());
    directory.device(state.device()).map(Device::type).ifPresent(t -> json.put("device_type", t));
    json.put("timestamp", clock.instant().toString());
    json.put("event_type", "status");
    ObjectNode status = json.putObject("status");
    status.put("online", state.state() == State.ONLINE);
    status.put("state", state.state().text());
    status.put("reason", state.reason().text());
    status.put("since", String.valueOf(state.since()));
    return json;
  }
}
