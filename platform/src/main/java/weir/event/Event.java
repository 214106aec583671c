package weir.event;

import java.time.Instant;
import java.util.List;
import weir.device.DeviceId;

/// A decoded message: who said what, when.
///
/// @param type the device type, a registered name
/// @param family the dialect family it was spoken in, such as `appliance` or `energy`
/// @param kind what sort of message it is: `telemetry`, `trends`, `status`
/// @param time when it happened, by the device's clock; the receive time when the device gave none
/// @param receivedAt when the door took it
/// @param json the event as a JSON object in UTF-8, without enrichment blocks; not copied
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares events.
public record Event(
    EventId id,
    DeviceId device,
    String type,
    String family,
    String kind,
    Instant time,
    Instant receivedAt,
    List<Reading> readings,
    byte[] json) {

  public Event {
    readings = List.copyOf(readings);
  }

  public EventKey key() {
    return new EventKey(device.value(), id.uuid());
  }
}
