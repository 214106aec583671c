package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceSettings;
import weir.device.Registry;
import weir.event.Door;
import weir.event.EventId;
import weir.event.RawMessage;
import weir.pipeline.Applications.Application;

/// Enriches with the registry that ships with the program.
class EnrichmentTest {

  private static final Instant NOW = Instant.parse("2025-08-20T18:00:55.500001Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final class OneApplication implements Applications {
    long generation = 1;
    String name = "Smart Grid Monitor";

    @Override
    public List<Application> ofType(String deviceType) {
      return deviceType.equals("smart_breaker")
          ? List.of(
              new Application(
                  "91dd8f4d-350c-42a2-8c07-cc0e7ac7ad98",
                  name,
                  "IoT Solutions Inc.",
                  "web",
                  "monitoring",
                  "active"))
          : List.of();
    }

    @Override
    public long generation() {
      return generation;
    }
  }

  @TempDir private Path folder;
  private final OneApplication applications = new OneApplication();
  private Registry registry;
  private Decoding decoding;
  private Enricher enricher;

  @BeforeEach
  void open() {
    registry = new Registry(folder.resolve("registry.db"), DeviceSettings.defaults(), CLOCK);
    PipelineSettings settings = PipelineSettings.defaults();
    decoding =
        new Decoding(
            Dialects.builtIn(),
            registry.directory(),
            settings,
            new NewTypes(registry.directory(), settings));
    enricher = new Enricher(registry.directory(), applications);
    enricher.start(NOW);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void addsTheBlocksThatAreDocumented() throws IOException {
    JsonNode enriched = enrich("iot/breaker-001/raw", CloudTest.RAW);

    JsonNode metadata = enriched.path("device_metadata");
    assertThat(metadata.fieldNames())
        .toIterable()
        .containsExactly(
            "device_type",
            "device_type_name",
            "device_type_description",
            "device_category",
            "capabilities",
            "data_format",
            "update_frequency",
            "retention_policy");
    assertThat(metadata.path("device_type").asText()).isEqualTo("smart_breaker");
    assertThat(metadata.path("device_type_name").asText()).isEqualTo("Smart Circuit Breaker");
    assertThat(metadata.path("device_type_description").asText())
        .isEqualTo("Intelligent circuit breaker with monitoring and protection capabilities");
    assertThat(metadata.path("device_category").asText()).isEqualTo("electrical_protection");
    assertThat(metadata.path("capabilities").get(0).asText()).isEqualTo("voltage_monitoring");
    assertThat(metadata.path("data_format").asText()).isEqualTo("json");
    assertThat(metadata.path("update_frequency").asText()).isEqualTo("5_seconds");
    assertThat(metadata.path("retention_policy").asText()).isEqualTo("30_days");
    assertThat(enriched.path("measurement_metadata").has("voltage")).isTrue();
    assertThat(enriched.path("application_registry"))
        .isEqualTo(
            Listener.json(
                """
                {"device_type": "smart_breaker", "registered_applications_count": 1,
                 "applications": [
                  {"id": "91dd8f4d-350c-42a2-8c07-cc0e7ac7ad98", "name": "Smart Grid Monitor",
                   "developer": "IoT Solutions Inc.", "platform": "web",
                   "category": "monitoring", "status": "active"}]}"""));
    assertThat(enriched.path("enrichment_info"))
        .isEqualTo(
            Listener.json(
                """
                {"enriched_at": "2025-08-20T18:00:55.500001Z",
                 "enrichment_service": "iot-enrichment-service",
                 "enrichment_version": "1.0.0", "device_type_detected": "smart_breaker",
                 "app_registry_integration": true}"""));
    assertThat(enriched.path("data_quality"))
        .isEqualTo(
            Listener.json(
                """
                {"timestamp_valid": true, "measurements_complete": true,
                 "enrichment_success": true}"""));
    assertThat(enriched.path("measurements"))
        .isEqualTo(Listener.json(CloudTest.RAW).path("measurements"));
  }

  @Test
  void tellsWhenMeasurementsAreMissing() throws IOException {
    JsonNode few =
        enrich("iot/breaker-001/raw", "{\"measurements\":{\"voltage\":{\"phase_a\":117}}}");

    assertThat(few.path("data_quality").path("measurements_complete").asBoolean()).isFalse();
    assertThat(few.path("data_quality").path("timestamp_valid").asBoolean()).isFalse();
  }

  @Test
  void makesTheBlocksAgainWhenAnApplicationChanges() throws IOException {
    enrich("iot/breaker-001/raw", "{}");
    applications.name = "New name";
    enricher.start(NOW);
    assertThat(enrich("iot/breaker-001/raw", "{}").toString()).doesNotContain("New name");

    applications.generation++;
    enricher.start(NOW);

    assertThat(enrich("iot/breaker-001/raw", "{}").toString()).contains("New name");
  }

  @Test
  void decodesEveryComponentOfTheShippedParameters() throws IOException {
    for (String[] said :
        new String[][] {
          {"f2-e4fd45f654be/access-control-mode/J1/door-sensors", "{\"door-sensor-1\":true}"},
          {"f2-e4fd45f654be/access-control-mode/J1/exit-buttons", "{\"exit-button-1\":false}"},
          {"f2-e4fd45f654be/access-control-mode/J1/strike-1", "{\"status\":true}"},
          {"f2-e4fd45f654be/access-control-mode/J1/reader-1", "{\"data\":\"USER12345\"}"},
          {"f2-e4fd45f654be/alarm-mode/J1/motion-sensor-1", "{\"status\":true}"},
          {"f2-e4fd45f654be/alarm-mode/J1/siren-1", "{\"status\":false}"},
          {"f2-e4fd45f654be/sensor-mode/J1/sensor-3", "{\"data\":\"0xe1\"}"},
          {"f2-abc123def456/sensor-mode/J1/sensor-1", "{\"data\":\"0x12c\"}"},
          {"f2-abc123def456/sensor-mode/J1/sensor-2", "{\"data\":\"0x4af\"}"},
          {"f2-abc123def456/access-control-mode/J1/door-sensors", "{\"door-sensor-2\":true}"}
        }) {
      assertThat(enrich("cmnd/" + said[0], said[1]).has("value")).as(said[0]).isTrue();
    }
  }

  private JsonNode enrich(String topic, String payload) throws IOException {
    RawMessage message =
        new RawMessage(new EventId("e-1"), null, Door.MQTT, topic, 1, NOW, payload.getBytes(UTF_8));
    Outcome.Decoded decoded = Listener.decoded(decoding.decode(message));
    byte[] value = enricher.enrich(decoded);
    assertThat(new String(value, UTF_8))
        .startsWith(
            new String(decoded.event().json(), 0, decoded.event().json().length - 1, UTF_8));
    return JSON.readTree(value);
  }
}
