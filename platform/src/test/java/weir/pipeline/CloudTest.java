package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.event.Reading;
import weir.event.Rejection.Reason;

class CloudTest {

  static final String RAW =
      """
      {
        "device_id": "breaker-001",
        "device_type": "smart_breaker",
        "timestamp": "2025-08-20T18:00:54.117782Z",
        "event_type": "telemetry",
        "measurements": {
          "voltage": {"phase_a": 117.27, "phase_b": 112.34, "phase_c": 114.52, "unit": "V"},
          "current": {"phase_a": 69.94, "phase_b": 33.83, "phase_c": 54.86, "unit": "A"},
          "power": {"active": 5775.99, "reactive": 1945.16, "apparent": 6094.73, "factor": 0.948, "unit": "W"},
          "frequency": {"value": 59.28, "unit": "Hz"},
          "temperature": {"value": 34.92, "unit": "°C"},
          "status": {"breaker": 1, "position": 1, "communication": 1},
          "protection": {"trip_count": 5, "ground_fault_current": 0.0, "arc_fault_detected": false},
          "operational": {"load_percentage": 48.1, "operating_hours": 982.8, "maintenance_due": true}
        }
      }""";

  private static final String TRENDS =
      """
      {
        "device_id": "breaker-001",
        "device_type": "smart_breaker",
        "timestamp": "2025-08-20T18:00:54.117782Z",
        "event_type": "trends",
        "trends": [
          {
            "c": "voltage_phase_a",
            "t": 1755625237,
            "v": "117.27",
            "avg": "118.5",
            "min": "115.2",
            "max": "122.1"
          }
        ]
      }""";

  private final Listener listener = new Listener();

  @Test
  void flattensMeasurementsWithTheirUnits() {
    Outcome outcome = listener.hear("iot/breaker-001/raw", RAW);

    assertThat(Listener.readings(outcome))
        .containsOnly(
            entry("voltage.phase_a", "117.27 V"),
            entry("voltage.phase_b", "112.34 V"),
            entry("voltage.phase_c", "114.52 V"),
            entry("current.phase_a", "69.94 A"),
            entry("current.phase_b", "33.83 A"),
            entry("current.phase_c", "54.86 A"),
            entry("power.active", "5775.99 W"),
            entry("power.reactive", "1945.16 W"),
            entry("power.apparent", "6094.73 W"),
            entry("power.factor", "0.948"),
            entry("frequency", "59.28 Hz"),
            entry("temperature", "34.92 °C"),
            entry("status.breaker", "1.0"),
            entry("status.position", "1.0"),
            entry("status.communication", "1.0"),
            entry("protection.trip_count", "5.0"),
            entry("protection.ground_fault_current", "0.0"),
            entry("protection.arc_fault_detected", "0.0"),
            entry("operational.load_percentage", "48.1"),
            entry("operational.operating_hours", "982.8"),
            entry("operational.maintenance_due", "1.0"));
    var event = Listener.decoded(outcome).event();
    assertThat(event.type()).isEqualTo("smart_breaker");
    assertThat(event.time()).isEqualTo(Instant.parse("2025-08-20T18:00:54.117782Z"));
    assertThat(Listener.json(outcome).path("measurements"))
        .isEqualTo(Listener.json(RAW).path("measurements"));
  }

  @Test
  void startsTheJsonWithWhoWhatAndWhen() {
    Outcome outcome = listener.hear("iot/breaker-001/raw", RAW);

    assertThat(Listener.json(outcome).fieldNames())
        .toIterable()
        .containsExactly(
            "event_id",
            "device_id",
            "device_type",
            "family",
            "event_type",
            "timestamp",
            "received_at",
            "measurements");
    assertThat(Listener.json(outcome).path("timestamp").asText())
        .isEqualTo("2025-08-20T18:00:54.117782Z");
    assertThat(Listener.json(outcome).path("received_at").asText())
        .isEqualTo("2026-06-01T12:00:00.250000Z");
  }

  @Test
  void readsEachChannelOfTrendsAtItsOwnTime() {
    Outcome outcome = listener.hear("iot/breaker-001/trends", TRENDS);

    assertThat(Listener.readings(outcome))
        .containsOnly(
            entry("trends.voltage_phase_a", "117.27 V"),
            entry("trends.voltage_phase_a.avg", "118.5 V"),
            entry("trends.voltage_phase_a.min", "115.2 V"),
            entry("trends.voltage_phase_a.max", "122.1 V"));
    assertThat(Listener.decoded(outcome).event().readings())
        .extracting(Reading::at)
        .containsOnly(Instant.ofEpochSecond(1755625237));
    assertThat(Listener.decoded(outcome).event().kind()).isEqualTo("trends");
    assertThat(Listener.decoded(outcome).complete()).isTrue();
    assertThat(Listener.json(outcome).path("trends").get(0).path("v").asText()).isEqualTo("117.27");
  }

  @Test
  void readsTrendsOnTheRawTopicAsTrends() {
    Outcome outcome = listener.hear("iot/breaker-001/raw", TRENDS);

    assertThat(Listener.decoded(outcome).event().kind()).isEqualTo("trends");
  }

  @Test
  void tellsTrendsWithoutATimeOfTheirOwnAsIncomplete() {
    Outcome outcome = listener.hear("iot/b/trends", "{\"trends\":[{\"c\":\"x\",\"v\":\"1\"}]}");

    assertThat(Listener.decoded(outcome).complete()).isFalse();
    assertThat(Listener.decoded(outcome).event().readings().getFirst().at()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"trends\":{}} | trends must be a list",
        "{\"trends\":[1]} | trends[0] must be an object",
        "{\"trends\":[{\"t\":1}]} | trends[0].c must name the channel",
        "{\"trends\":[{\"c\":\"x\",\"v\":\"nan\"}]} | trends[0].v must be a number",
        "{\"trends\":[{\"c\":\"x\",\"v\":\"1e999\"}]} | trends[0].v must be a number"
      })
  void namesWhatIsWrongWithAChannel(String message, String detail) {
    Outcome outcome = listener.hear("iot/b/trends", message);

    assertThat(Listener.rejection(outcome).detail()).isEqualTo(detail);
  }

  @Test
  void readsTheStatusMessage() {
    Outcome outcome =
        listener.hear(
            "iot/breaker-001/status",
            """
            {"device_id":"breaker-001","device_type":"smart_breaker",
             "timestamp":"2025-08-20T18:00:54.117782","event_type":"status",
             "status":{"online":true,"last_telemetry":"2025-08-20T18:00:50Z","message_count":12,
              "uptime_hours":3.5,"firmware_version":"2.1.0","hardware_revision":"A"}}""");

    assertThat(Listener.decoded(outcome).event().kind()).isEqualTo("status");
    assertThat(Listener.readings(outcome))
        .contains(
            entry("status.online", "1.0"),
            entry("status.message_count", "12.0"),
            entry("status.uptime_hours", "3.5"),
            entry("status.firmware_version", "'2.1.0'"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "raw | {\"measurements\":{\"voltage\":{\"phase_a\":1},\"current\":{\"phase_a\":1},"
            + "\"power\":{\"active\":1},\"frequency\":{\"value\":50}}} | smart_breaker",
        "raw | {\"measurements\":{\"energy\":{\"value\":1}}} | smart_meter",
        "raw | {\"measurements\":{\"demand\":1}} | smart_meter",
        "raw | {\"measurements\":{\"temperature\":20,\"humidity\":40}} | environmental_sensor",
        "raw | {\"measurements\":{\"temperature\":20}} | unknown",
        "raw | {\"measurements\":{\"temperatures\":20,\"humidity\":1}} | unknown",
        "trends | {\"trends\":[]} | smart_breaker"
      })
  void infersTheTypeWhenTheMessageDoesNotSay(String kind, String message, String type) {
    Outcome outcome = listener.hear("iot/d-1/" + kind, message);

    assertThat(Listener.decoded(outcome).event().type()).isEqualTo(type);
  }

  @Test
  void laterLearnsWhatADeviceIsThatFirstSaidNothing() {
    listener.hear("iot/d-1/status", "{\"status\":{\"online\":true}}");

    Outcome outcome = listener.hear("iot/d-1/raw", RAW.replace("breaker-001", "d-1"));

    assertThat(Listener.decoded(outcome).event().type()).isEqualTo("smart_breaker");
  }

  @Test
  void refusesADeviceThatSpeaksForAnother() {
    Outcome outcome = listener.hear("iot/breaker-002/raw", RAW);

    assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.INVALID);
    assertThat(Listener.rejection(outcome).detail())
        .isEqualTo("device_id is not the device that the topic names");
  }

  @Test
  void keepsFieldsThatHaveANameOfOurOwnUnderAnother() {
    Outcome outcome =
        listener.hear(
            "iot/b/raw",
            "{\"received_at\":1,\"device_metadata\":{\"a\":1},\"measurements\":{\"x\":2}}");

    assertThat(Listener.json(outcome).path("original_received_at").asInt()).isOne();
    assertThat(Listener.json(outcome).path("original_device_metadata"))
        .isEqualTo(Listener.json("{\"a\":1}"));
    assertThat(Listener.json(outcome).has("device_metadata")).isFalse();
  }

  @Test
  void splicesWhateverTheSpacingIs() {
    for (String spaced :
        new String[] {
          "{\"a\":1,\"device_id\":\"b\",\"c\":[1, 2],\"d\":\"x\"}",
          " { \"a\" : 1 ,\n \"device_id\" : \"b\" ,\r\n\t\"c\" : [1, 2] , \"d\" : \"x\" } \n",
          "{\"device_id\":\"b\",\"a\":1,\"c\":[1, 2],\"d\":\"x\"}",
          "{\"a\":1,\"c\":[1, 2],\"d\":\"x\",\"device_id\":\"b\"}",
          "{\"a\":1,\"device_id\":\"b\",\"c\":[1, 2],\"timestamp\":null,\"d\":\"x\"}",
          "{\"a\":1,\"c\":[1, 2],\"d\":\"x\" ,\"device_id\":\"b\"  }"
        }) {
      Outcome outcome = listener.hear("iot/b/raw", spaced);

      assertThat(Listener.json(outcome).path("a").asInt()).isOne();
      assertThat(Listener.json(outcome).path("c")).isEqualTo(Listener.json("[1,2]"));
      assertThat(Listener.json(outcome).path("d").asText()).isEqualTo("x");
      assertThat(Objects.requireNonNull(Listener.json(outcome).get("device_id")).asText())
          .isEqualTo("b");
    }
  }
}
