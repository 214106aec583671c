package weir.app.life;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Predicate;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.device.presence.DeviceState;
import weir.device.presence.DeviceState.State;
import weir.device.presence.PresenceNews;
import weir.event.EventId;

/// Publishes who is there on `iot/{id}/status`, retained; through the log, when that is wanted, so
/// that it is an event like what devices say.
public final class PresenceTopics implements PresenceNews {

  /// Begins the ids of these events, by which they are told from what devices say.
  static final String EVENT_PREFIX = "presence-";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Speaker speaker;
  private final boolean events;
  private final Directory directory;
  private final Predicate<DeviceId> registered;
  private final InstantSource clock;

  /// @param events whether it goes through the log
  /// @param registered whether a device is still there to be told of
  public PresenceTopics(
      Speaker speaker,
      boolean events,
      Directory directory,
      Predicate<DeviceId> registered,
      InstantSource clock) {
    this.speaker = speaker;
    this.registered = registered;
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
          } else if (!registered.test(state.device())) {
            forget(state.device()); // It was deleted while this was on its way.
          }
        });
  }

  @Override
  public boolean isTold(DeviceState state) {
    JsonNode told = status(state);
    return speaker
        .retained(topic(state.device()))
        .filter(payload -> told.equals(statusOf(payload)))
        .isPresent();
  }

  private static JsonNode statusOf(byte[] payload) {
    try {
      return JSON.readTree(payload).path("status");
    } catch (IOException notOurs) {
      return MissingNode.getInstance();
    }
  }

  @Override
  public void forget(DeviceId device) {
    speaker.retain(topic(device), new byte[0], () -> {});
  }

  private static String topic(DeviceId device) {
    return "iot/" + device + "/status";
  }

  private ObjectNode json(DeviceState state) {
    ObjectNode json = JSON.createObjectNode();
    json.put("device_id", state.device().value());
    directory.device(state.device()).map(Device::type).ifPresent(t -> json.put("device_type", t));
    json.put("timestamp", clock.instant().toString());
    json.put("event_type", "status");
    json.set("status", status(state));
    return json;
  }

  private static ObjectNode status(DeviceState state) {
    ObjectNode status = JSON.createObjectNode();
    status.put("online", state.state() == State.ONLINE);
    status.put("state", state.state().text());
    status.put("reason", state.reason().text());
    status.put("since", String.valueOf(state.since()));
    return status;
  }
}
