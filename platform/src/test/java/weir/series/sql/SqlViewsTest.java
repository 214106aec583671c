package weir.series.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static weir.series.EventSamples.NOON;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Registry;
import weir.event.Event;
import weir.event.EventId;
import weir.event.Reading;
import weir.series.SeriesStore;
import weir.series.StoreLimits;
import weir.series.StoreScene;
import weir.testkit.TestEngine;

/// The SQL that the user's documents print, asked of the databases as people ask it: with a client
/// of their own and the standard search path.
@ParameterizedClass
@EnumSource(TestEngine.class)
class SqlViewsTest extends StoreScene {

  private final TestEngine engine;

  SqlViewsTest(TestEngine engine) {
    this.engine = engine;
  }

  @Override
  protected SeriesStore open(Path directory) {
    return new SqlStore(
        engine.in(directory, "series.db"),
        StoreLimits.defaults(),
        InstantSource.fixed(NOON),
        StoreScene::retentionOf);
  }

  private List<Map<String, Object>> ask(String file, String sql) {
    DataSource source = engine.in(directory, file).source("public");
    return Jdbi.create(source).withHandle(handle -> handle.createQuery(sql).mapToMap().list());
  }

  private static Event spoken(String id, long second, String metric, String type, double value) {
    String json =
        """
        {"connector_mode": "sensor-mode", "connector": "J1", "component_type": "%s",
         "component_id": "3", "raw_data": {"value": "00d2"}}"""
            .formatted(type);
    return new Event(
        new EventId(id),
        new DeviceId("f2-e4fd45f654be"),
        "controller",
        "controller",
        "telemetry",
        NOON.minusSeconds(second),
        NOON,
        List.of(new Reading.Numeric(metric, value, "celsius")),
        json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void viewDeviceParameters() {
    try (Registry _ =
        new Registry(engine.in(directory, "registry.db"), DeviceSettings.defaults(), () -> NOON)) {
      List<Map<String, Object>> rows = ask("registry.db", "SELECT * FROM device_parameters;");

      assertThat(rows).hasSize(10);
      assertThat(rows)
          .anySatisfy(
              row ->
                  assertThat(row)
                      .containsEntry("device_id", "f2-e4fd45f654be")
                      .containsEntry("connector_mode", "sensor-mode")
                      .containsEntry("component_type", "sensor")
                      .containsEntry("component_id", "3")
                      .containsEntry("encoding_type", "hex_to_float")
                      .containsEntry("units", "celsius")
                      .containsEntry("scaling_factor", 0.1));
      assertThat(String.valueOf(rows.getFirst().get("created_at"))).startsWith("2026-03-01");
    }
  }

  @Test
  void viewRecentIotMeasurements() throws Exception {
    store.write(
        List.of(
            spoken("e-1", 7, "J1.sensor-3", "sensor", 21.0),
            // Two components speak in the same second.
            spoken("e-2", 5, "J1.sensor-3", "sensor", 22.5),
            spoken("e-3", 5, "J1.strike-3", "strike", 1)));

    List<Map<String, Object>> rows =
        ask("series.db", "SELECT * FROM iot_measurements ORDER BY timestamp DESC LIMIT 10;");

    assertThat(rows).hasSize(3);
    assertThat(rows.getLast())
        .containsEntry("device_id", "f2-e4fd45f654be")
        .containsEntry("connector_mode", "sensor-mode")
        .containsEntry("component_type", "sensor")
        .containsEntry("component_id", "3")
        .containsEntry("value", 21.0)
        .containsEntry("unit", "celsius");
    assertThat(new ObjectMapper().readTree(String.valueOf(rows.getLast().get("raw_data"))))
        .isEqualTo(new ObjectMapper().readTree("{\"value\": \"00d2\"}"));
    Map<Object, Object> types = new HashMap<>();
    rows.forEach(row -> types.put(row.get("metric"), row.get("component_type")));
    assertThat(types).containsEntry("J1.sensor-3", "sensor").containsEntry("J1.strike-3", "strike");
  }

  @Test
  void aZeroCharacterInOneEventHidesNoOther() {
    store.write(
        List.of(
            spoken("e-1", 7, "J1.sensor-3", "sensor", 21.0),
            spoken("e-2", 5, "J1.strike-3", "strike\\u0000\", \"note\": \"\\u0000", 1)));

    List<Map<String, Object>> rows =
        ask("series.db", "SELECT * FROM iot_measurements ORDER BY timestamp DESC LIMIT 10;");

    assertThat(rows).extracting(row -> row.get("value")).containsExactly(1.0, 21.0);
    assertThat(rows).extracting(row -> row.get("component_id")).containsExactly("3", "3");
  }

  @Test
  void theDashboardAsksForTheReadingsOfADevice() throws Exception {
    store.write(
        List.of(
            spoken("e-1", 7, "J1.sensor-3", "sensor", 21.0),
            spoken("e-2", 5, "J1.sensor-3", "sensor", 22.5)));
    Path dashboard = Path.of("../deploy/grafana/dashboards/devices.json");
    String question = new ObjectMapper().readTree(dashboard.toFile()).findValue("rawSql").asText();

    List<Map<String, Object>> rows =
        ask(
            "series.db",
            question
                .replace("${device:sqlstring}", "'f2-e4fd45f654be'")
                .replace("$__timeFilter(timestamp)", "timestamp IS NOT NULL"));

    assertThat(rows).extracting(row -> row.get("value")).containsExactly(21.0, 22.5);
    assertThat(rows.getFirst()).containsKeys("time", "metric");
  }

  @Test
  void viewHourlyAggregates() {
    store.write(
        List.of(
            spoken("e-1", 7, "J1.sensor-3", "sensor", 20),
            spoken("e-2", 5, "J1.sensor-3", "sensor", 24),
            spoken("e-3", 5_000, "J1.sensor-3", "sensor", 10)));
    store.rollUp(NOON.plusSeconds(300));

    List<Map<String, Object>> rows =
        ask("series.db", "SELECT * FROM iot_hourly_stats ORDER BY bucket DESC LIMIT 10;");

    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst())
        .containsEntry("device_id", "f2-e4fd45f654be")
        .containsEntry("avg_value", 22.0)
        .containsEntry("min_value", 20.0)
        .containsEntry("max_value", 24.0);
    assertThat(rows.getFirst().get("count")).hasToString("2");
  }

  @Test
  void clientsSeeTimesAndTypesOfTheirOwn() {
    store.write(List.of(spoken("e-1", 7, "J1.sensor-3", "sensor", 20)));

    Object time =
        ask("series.db", "SELECT timestamp FROM iot_measurements").getFirst().get("timestamp");

    assertThat(String.valueOf(time)).contains("11:59:53");
  }
}
