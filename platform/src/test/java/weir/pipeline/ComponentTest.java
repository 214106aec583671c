package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.device.DecodingParameter.Encoding;
import weir.event.Rejection.Reason;

class ComponentTest {

  private static final String DEVICE = "f2-e4fd45f654be";
  private static final String ACCESS = "cmnd/f2-e4fd45f654be/access-control-mode/J1/";
  private static final String ALARM = "cmnd/f2-e4fd45f654be/alarm-mode/J1/";

  private final Listener listener = new Listener();

  @BeforeEach
  void parameters() {
    String access = "access-control-mode";
    listener
        .directory
        .parameter(DEVICE, access, "door-sensors", null, Encoding.BOOLEAN_MAP, "state", 1)
        .parameter(DEVICE, access, "exit-buttons", null, Encoding.BOOLEAN_MAP, "state", 1)
        .parameter(DEVICE, access, "strike", "1", Encoding.BOOLEAN, "state", 1)
        .parameter(DEVICE, access, "reader", "1", Encoding.RAW_STRING, "text", 1)
        .parameter(DEVICE, "alarm-mode", "motion-sensor", "1", Encoding.BOOLEAN, "presence", 1)
        .parameter(DEVICE, "sensor-mode", "sensor", "3", Encoding.HEX_TO_FLOAT, "celsius", 0.1);
  }

  @Test
  void decodesTheDocumentedDoorSensors() {
    String topic = ACCESS + "door-sensors";
    String payload =
        "{\"timestamp\": \"2023-05-26T18:34:04.928538\", \"door-sensor-1\": false,"
            + " \"door-sensor-2\": true}";

    Outcome outcome = listener.hear(topic, payload);

    JsonNode json = Listener.json(outcome);
    assertThat(json.path("timestamp").asText()).isEqualTo("2023-05-26T18:34:04.928538Z");
    assertThat(json.path("timestamp_epoch").decimalValue())
        .isEqualByComparingTo("1685126044.928538");
    assertThat(json.path("device_id").asText()).isEqualTo(DEVICE);
    assertThat(json.path("connector_mode").asText()).isEqualTo("access-control-mode");
    assertThat(json.path("connector").asText()).isEqualTo("J1");
    assertThat(json.path("component_type").asText()).isEqualTo("door-sensors");
    assertThat(json.path("component_id").isNull()).isTrue();
    assertThat(json.path("value"))
        .isEqualTo(Listener.json("{\"door-sensor-1\":false,\"door-sensor-2\":true}"));
    assertThat(json.path("unit").asText()).isEqualTo("state");
    assertThat(json.path("original_topic").asText()).isEqualTo(topic);
    assertThat(json.path("raw_data")).isEqualTo(Listener.json(payload));
    assertThat(Listener.readings(outcome))
        .containsOnly(
            entry("J1.door-sensors.door-sensor-1", "0.0 state"),
            entry("J1.door-sensors.door-sensor-2", "1.0 state"));
    assertThat(Listener.decoded(outcome).event().time())
        .isEqualTo(Instant.parse("2023-05-26T18:34:04.928538Z"));
  }

  @Test
  void keepsHyphenatedNamesWholeAndCutsOffTheNumber() {
    Outcome outcome = listener.hear(ALARM + "motion-sensor-1", "{\"status\":true}");

    assertThat(Listener.json(outcome).path("component_type").asText()).isEqualTo("motion-sensor");
    assertThat(Listener.json(outcome).path("component_id").asText()).isEqualTo("1");
    assertThat(Listener.readings(outcome))
        .containsOnly(entry("J1.motion-sensor-1", "1.0 presence"));
  }

  @Test
  void keepsTheConnectorApart() {
    Outcome other = listener.hear(ACCESS.replace("J1", "J2") + "strike-1", "{\"status\":false}");

    assertThat(Listener.readings(other)).containsOnly(entry("J2.strike-1", "0.0 state"));
  }

  @Test
  void decodesHexadecimalExactly() {
    String topic = "cmnd/" + DEVICE + "/sensor-mode/J1/sensor-3";

    assertThat(Listener.readings(listener.hear(topic, "{\"data\":\"0xe1\"}")))
        .containsOnly(entry("J1.sensor-3", "22.5 celsius"));
    assertThat(Listener.readings(listener.hear(topic, "{\"data\":\"0x97\"}")))
        .containsOnly(entry("J1.sensor-3", "15.1 celsius"));
    assertThat(Listener.json(listener.hear(topic, "{\"data\":\"0xe1\"}")).path("value").asDouble())
        .isEqualTo(22.5);
  }

  @Test
  void storesTextAsText() {
    Outcome outcome = listener.hear(ACCESS + "reader-1", "{\"data\":\"b'USER12345'\"}");

    assertThat(Listener.readings(outcome))
        .containsOnly(entry("J1.reader-1", "'b'USER12345'' text"));
    assertThat(Listener.json(outcome).path("value").asText()).isEqualTo("b'USER12345'");
  }

  @Test
  void doesNotTakeACommandsFeedbackForAValue() {
    Outcome outcome = listener.hear(ACCESS + "reader-1/success", "{\"data\":\"x\"}");

    assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.UNKNOWN_TOPIC);
  }

  @Test
  void prefersTheParameterOfTheNumber() {
    listener.directory.parameter(
        DEVICE, "sensor-mode", "sensor", null, Encoding.HEX_TO_FLOAT, "raw", 1);

    assertThat(
            Listener.readings(
                listener.hear("cmnd/" + DEVICE + "/sensor-mode/J1/sensor-3", "{\"data\":\"a\"}")))
        .containsValue("1.0 celsius");
    assertThat(
            Listener.readings(
                listener.hear("cmnd/" + DEVICE + "/sensor-mode/J1/sensor-4", "{\"data\":\"a\"}")))
        .containsValue("10.0 raw");
  }

  @Test
  void findsADeviceWrittenInCapitals() {
    Outcome outcome =
        listener.hear("cmnd/F2-E4FD45F654BE/alarm-mode/J1/motion-sensor-1", "{\"status\":false}");

    assertThat(Listener.decoded(outcome).event().device().value()).isEqualTo(DEVICE);
  }

  @Test
  void waitsForAMissingParameter() {
    Outcome outcome = listener.hear(ACCESS + "strike-2", "{\"status\":true}");

    assertThat(outcome).isInstanceOf(Outcome.Waiting.class);
    assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.NO_PARAMETER);
  }

  @ParameterizedTest
  @CsvSource({"true,1", "false,0", "1,1", "0,0", "'\"false\"',0", "'\"ON\"',1", "'\"0\"',0"})
  void readsTruths(String written, double value) {
    Outcome outcome = listener.hear(ACCESS + "strike-1", "{\"status\":" + written + "}");

    assertThat(Listener.readings(outcome)).isEqualTo(Map.of("J1.strike-1", value + " state"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"status\":\"maybe\"}", "{\"status\":2}", "{\"status\":null}", "{}"})
  void refusesWhatIsNoTruth(String payload) {
    Outcome outcome = listener.hear(ACCESS + "strike-1", payload);

    assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.INVALID);
    assertThat(Listener.rejection(outcome).detail()).startsWith("status ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"data\":null}", "{\"data\":5}", "{\"status\":true}", "{}"})
  void refusesAReaderWithoutText(String payload) {
    Outcome outcome = listener.hear(ACCESS + "reader-1", payload);

    assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.INVALID);
    assertThat(Listener.rejection(outcome).detail()).startsWith("data ");
  }

  @Test
  void ignoresTheFleetsSequenceNumberInAMapOfTruths() {
    Outcome outcome =
        listener.hear(ACCESS + "exit-buttons", "{\"exit-button-1\":true,\"sequence\":17}");

    assertThat(Listener.readings(outcome)).hasSize(1);
  }
}
