package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class HttpSensorTest {

  private final Listener listener = new Listener();

  @Test
  void readsTemperatureAndHumidity() {
    Outcome outcome =
        listener.post(
            """
            {
              "device_id": "esp32-01",
              "temperature": 24.5,
              "humidity": 60.2,
              "timestamp": "2026-02-27T15:00:00Z"
            }""");

    assertThat(Listener.readings(outcome))
        .containsOnly(entry("temperature", "24.5 °C"), entry("humidity", "60.2 %RH"));
    var event = Listener.decoded(outcome).event();
    assertThat(event.device().value()).isEqualTo("esp32-01");
    assertThat(event.type()).isEqualTo("http_sensor");
    assertThat(event.family()).isEqualTo("http");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-02-27T15:00:00Z"));
  }

  @Test
  void readsMeasurementsOfItsOwnToo() {
    Outcome outcome =
        listener.post(
            "{\"device_id\":\"d\",\"measurements\":{\"co2\":{\"value\":410,\"unit\":\"ppm\"}}}");

    assertThat(Listener.readings(outcome)).containsOnly(entry("co2", "410.0 ppm"));
  }

  @Test
  void refusesAMessageWithoutADevice() {
    Outcome outcome = listener.post("{\"temperature\":1,\"humidity\":2}");

    assertThat(Listener.rejection(outcome).detail()).isEqualTo("device_id is missing");
  }

  @Test
  void takesTheReceiveTimeWhenThereIsNone() {
    Outcome outcome = listener.post("{\"device_id\":\"d\",\"temperature\":1,\"humidity\":2}");

    assertThat(Listener.decoded(outcome).event().time()).isEqualTo(Listener.RECEIVED);
    assertThat(Listener.decoded(outcome).timeValid()).isFalse();
  }
}
