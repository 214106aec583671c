package weir.pipeline;

import weir.device.DeviceId;
import weir.event.EventId;

/// Writes an event as JSON: who, what and when first, then the message's own fields as they
/// came. Owned by one thread.
final class EventJson {

  private final JsonBytes out = new JsonBytes();

  /// Starts an event; more fields may follow, each with a comma before it.
  void start(
      EventId id,
      DeviceId device,
      String type,
      String family,
      String kind,
      long timeMicros,
      long receivedMicros) {
    out.clear();
    out.plain("{\"event_id\":\"").plain(id.value());
    out.plain("\",\"device_id\":\"").plain(device.value());
    out.plain("\",\"device_type\":\"").plain(type);
    out.plain("\",\"family\":\"").plain(family);
    out.plain("\",\"event_type\":\"").plain(kind);
    out.plain("\",\"timestamp\":\"");
    Timestamps.write(timeMicros, out);
    out.plain("\",\"received_at\":\"");
    Timestamps.write(receivedMicros, out);
    out.put('"');
  }

  /// Where more fields are written.
  JsonBytes open() {
    return out;
  }

  byte[] finish() {
    return out.put('}').toArray();
  }
}
