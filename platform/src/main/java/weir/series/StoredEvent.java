package weir.series;

import java.time.Instant;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.event.EventKey;

/// An event as it is kept: without its readings, which are values of their own.
///
/// @param storedAt when it was last written to the store
/// @param json the event as it was decoded, a JSON object in UTF-8; not copied
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares events.
public record StoredEvent(
    EventId id,
    DeviceId device,
    String type,
    String family,
    String kind,
    Instant time,
    Instant receivedAt,
    Instant storedAt,
    byte[] json) {

  public EventKey key() {
    return new EventKey(device.value(), id.uuid());
  }
}
