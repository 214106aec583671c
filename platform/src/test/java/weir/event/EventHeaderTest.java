package weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;

class EventHeaderTest {

  private static final Instant TIME = Instant.parse("2025-08-20T18:00:54.117782Z");
  private static final Instant RECEIVED = Instant.parse("2025-08-20T18:00:55.001Z");

  @Test
  void readsBackWhatWasWritten() {
    byte[] json = "{\"event_id\":\"e1\",\"x\":1}".getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            new EventId("e1"),
            new DeviceId("breaker-001"),
            "smart_breaker",
            "cloud",
            "trends",
            TIME,
            RECEIVED,
            List.of(
                new Reading.Numeric("power.active", 5775.99, "W"),
                new Reading.Numeric("trends.x", 1.5, "V", Instant.ofEpochSecond(1755625237)),
                new Reading.Textual("status", "kühl", ""),
                new Reading.Textual("code", "C0", "", Instant.ofEpochSecond(1755625236))),
            json);
    byte[] value = "{\"event_id\":\"e1\",\"x\":1,\"more\":{}}".getBytes(StandardCharsets.UTF_8);

    EventHeader.Decoded decoded = EventHeader.decode(EventHeader.encode(event, 77), value);

    assertThat(decoded.rawOffset()).isEqualTo(77);
    assertThat(decoded.event()).usingRecursiveComparison().isEqualTo(event);
  }
}
