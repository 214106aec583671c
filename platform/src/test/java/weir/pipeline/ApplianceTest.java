package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.event.Rejection.Reason;

class ApplianceTest {

  private static final String TOPIC = "iot/telemetry/Refrigerator/ref_model_12";

  private final Listener listener = new Listener();

  @Test
  void readsStatusAndErrorCodeAsTexts() {
    Outcome outcome = listener.hear(TOPIC, message("\"CF\"", "2026-05-31 18:30:05"));

    assertThat(Listener.readings(outcome))
        .containsOnly(entry("status", "'cooling'"), entry("error_code", "'CF'"));
    var event = Listener.decoded(outcome).event();
    assertThat(event.device().value()).isEqualTo("ref_model_12");
    assertThat(event.type()).isEqualTo("Refrigerator");
    assertThat(event.kind()).isEqualTo("telemetry");
    assertThat(event.time()).isEqualTo(Instant.parse("2026-05-31T18:30:05Z"));
    assertThat(Listener.json(outcome).path("model_name").asText()).isEqualTo("model1");
  }

  @Test
  void saysThatThereIsNoErrorAnyMore() {
    Outcome outcome = listener.hear(TOPIC, message("null", "2026-05-31 18:30:05"));

    assertThat(Listener.readings(outcome))
        .containsOnly(entry("status", "'cooling'"), entry("error_code", "''"));
    assertThat(Listener.json(outcome).path("error_code").isNull()).isTrue();
  }

  @Test
  void doesNotTakeTheWordThatThereIsNothingForAMeasurement() {
    String nothing = message("null", "2026-05-31 18:30:05").replace("\"cooling\"", "null");

    assertThat(Listener.rejection(listener.hear(TOPIC, nothing)).detail())
        .contains("no measurement");
  }

  @Test
  void registersTheModelOnFirstContact() {
    listener.hear(TOPIC, message("null", "2026-05-31 18:30:05"));

    var device = listener.directory.device(new weir.device.DeviceId("ref_model_12"));
    assertThat(device.orElseThrow().model()).isEqualTo("model1");
  }

  @Test
  void refusesADeviceThatNamesAnother() {
    Outcome outcome =
        listener.hear("iot/telemetry/Refrigerator/other", message("null", "2026-05-31 18:30:05"));

    assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.INVALID);
    assertThat(Listener.rejection(outcome).detail()).contains("device_id");
  }

  @Test
  void refusesATypeThatTheTopicDoesNotName() {
    Outcome outcome =
        listener.hear("iot/telemetry/Oven/ref_model_12", message("null", "2026-05-31 18:30:05"));

    assertThat(Listener.rejection(outcome).detail()).contains("device_type");
  }

  /// A zone with summer time: 02:30 does not exist on 29 March 2026 and comes twice on 25 October.
  @Test
  void readsLocalTimeInTheDeclaredZoneAcrossSummerTime() {
    Listener berlin = listenerIn("Europe/Berlin").receivedAt(Instant.parse("2026-12-01T00:00:00Z"));

    assertThat(time(berlin, "2026-01-15 12:00:00")).isEqualTo("2026-01-15T11:00:00Z");
    assertThat(time(berlin, "2026-07-15 12:00:00")).isEqualTo("2026-07-15T10:00:00Z");
    assertThat(time(berlin, "2026-03-29 01:59:59")).isEqualTo("2026-03-29T00:59:59Z");
    assertThat(time(berlin, "2026-03-29 02:30:00")).isEqualTo("2026-03-29T01:30:00Z");
    assertThat(time(berlin, "2026-03-29 03:00:00")).isEqualTo("2026-03-29T01:00:00Z");
    assertThat(time(berlin, "2026-10-25 02:30:00")).isEqualTo("2026-10-25T00:30:00Z");
    assertThat(time(berlin, "2026-10-25 03:00:00")).isEqualTo("2026-10-25T02:00:00Z");
  }

  private static String time(Listener listener, String local) {
    return Listener.decoded(listener.hear(TOPIC, message("null", local))).event().time().toString();
  }

  private static Listener listenerIn(String zone) {
    List<Dialect> dialects = new ArrayList<>();
    dialects.add(
        DialectFile.read(
            "local.yaml",
            """
            family: appliance
            topics: [{pattern: "iot/telemetry/{device_type}/{device_id}"}]
            zone: %s
            types: {default: appliance}
            readings: {status: {form: text}}
            """
                .formatted(zone)));
    return new Listener(Dialects.of(dialects), PipelineSettings.defaults());
  }

  private static String message(String error, String time) {
    return """
        {"device_id": "ref_model_12", "device_type": "Refrigerator", "model_name": "model1",
         "status": "cooling", "error_code": %s, "timestamp": "%s"}"""
        .formatted(error, time);
  }
}
