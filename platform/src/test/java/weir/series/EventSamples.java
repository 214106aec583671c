package weir.series;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.Reading;

/// Events for tests, told apart by their number.
public final class EventSamples {

  public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private EventSamples() {}

  /// A telemetry event of the family `http` with a temperature.
  public static Event temperature(String id, String device, Instant time, double celsius) {
    return event(
        id,
        device,
        "sensor",
        "http",
        time,
        List.of(new Reading.Numeric("temperature", celsius, "°C")));
  }

  public static Event event(
      String id, String device, String type, String family, Instant time, List<Reading> readings) {
    String json = "{\"device_id\":\"" + device + "\",\"note\":\"grüß\"}";
    return new Event(
        new EventId(id),
        new DeviceId(device),
        type,
        family,
        "telemetry",
        time,
        time.plusMillis(5),
        readings,
        json.getBytes(StandardCharsets.UTF_8));
  }
}
