package weir.app.life;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.app.watch.MqttRoundTrip;
import weir.device.DeviceId;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.PresenceBoard;
import weir.ingest.mqtt.Presence;

/// Tells the board who connects and who leaves. A client is the device whose credential it showed;
/// without one, the device that has the client's id.
public final class DoorPresence implements Presence {

  private final PresenceBoard board;

  public DoorPresence(PresenceBoard board) {
    this.board = board;
  }

  @Override
  public void connected(String clientId, @Nullable DeviceId device) {
    with(clientId, device, board::connected);
  }

  @Override
  public void disconnected(String clientId, @Nullable DeviceId device, Departure how) {
    with(
        clientId,
        device,
        id -> {
          switch (how) {
            case TAKEN_OVER -> board.replaced(id);
            case GOODBYE -> board.disconnected(id, Reason.GOODBYE);
            case LOST -> board.disconnected(id, Reason.LOST);
            case EXPELLED, BARRED -> board.disconnected(id, Reason.EXPELLED);
          }
        });
  }

  @Override
  public void willPublished(String clientId, @Nullable DeviceId device, String topic) {
    with(clientId, device, board::willPublished);
  }

  private static void with(
      String clientId, @Nullable DeviceId device, Consumer<DeviceId> happening) {
    if (clientId.equals(MqttRoundTrip.CLIENT_ID)) {
      return;
    }
    Optional<DeviceId> id = device == null ? DeviceId.parse(clientId) : Optional.of(device);
    id.ifPresent(happening);
  }
}
