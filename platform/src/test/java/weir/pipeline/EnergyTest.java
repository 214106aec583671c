package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnergyTest {

  private static final String DATA =
      """
      {"device_id":"mock-hvac-001","timestamp":"2026-05-31T18:30:05.5Z","power":48.13,
       "voltage":238.2,"current":202.06,"energy":1203.125,"status":"online","enabled":true,
       "anomaly":true,"anomaly_type":"power_spike","anomaly_duration_remaining":2,"sequence":7}""";

  private final Listener listener = new Listener();

  @Test
  void readsPowerVoltageCurrentEnergyAndTheAnomaly() {
    Outcome outcome = listener.hear("energy/devices/mock-hvac-001/data", DATA);

    assertThat(Listener.readings(outcome))
        .containsOnly(
            entry("power", "48.13 kW"),
            entry("voltage", "238.2 V"),
            entry("current", "202.06 A"),
            entry("energy", "1203.125 kWh"),
            entry("status", "'online'"),
            entry("enabled", "1.0"),
            entry("anomaly", "1.0"),
            entry("anomaly_type", "'power_spike'"),
            entry("anomaly_duration_remaining", "2.0"));
    assertThat(Listener.decoded(outcome).event().time())
        .isEqualTo(Instant.parse("2026-05-31T18:30:05.500Z"));
    assertThat(Listener.json(outcome).path("sequence").asInt()).isEqualTo(7);
  }

  @Test
  void readsTheStatusTopic() {
    Outcome outcome =
        listener.hear(
            "energy/devices/mock-real-1/status",
            """
            {"device_id":"mock-real-1","status":"offline","enabled":false,
             "timestamp":"2026-05-31T18:30:05Z","anomaly_active":false}""");

    assertThat(Listener.decoded(outcome).event().kind()).isEqualTo("status");
    assertThat(Listener.readings(outcome))
        .containsOnly(
            entry("status", "'offline'"), entry("enabled", "0.0"), entry("anomaly_active", "0.0"));
  }

  @ParameterizedTest
  @CsvSource({
    "mock-hvac-001, hvac",
    "mock-lighting-001, lighting",
    "mock-server-9, server",
    "mock-industrial-1, industrial",
    "mock-appliance-1, appliance",
    "mock-real-42, energy_device"
  })
  void infersTheTypeFromTheId(String device, String type) {
    Outcome outcome = listener.hear("energy/devices/" + device + "/data", "{\"power\":1}");

    assertThat(Listener.decoded(outcome).event().type()).isEqualTo(type);
  }

  @Test
  void believesTheRegistryBeforeTheId() {
    listener.directory.device("mock-hvac-001", "meter").registerType("meter");

    Outcome outcome = listener.hear("energy/devices/mock-hvac-001/data", DATA);

    assertThat(Listener.decoded(outcome).event().type()).isEqualTo("meter");
    assertThat(Listener.decoded(outcome).detectedType()).isEqualTo("hvac");
  }

  @Test
  void namesTheFieldThatIsNotANumber() {
    Outcome outcome = listener.hear("energy/devices/d/data", "{\"power\":\"a lot\"}");

    assertThat(Listener.rejection(outcome).detail()).isEqualTo("power must be a number");
  }
}
