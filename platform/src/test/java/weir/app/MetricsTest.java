package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Listener;
import weir.testkit.Tool;

/// The figures of a platform that has done a little of everything.
class MetricsTest {

  private static final Duration SOON = Duration.ofSeconds(40);

  @TempDir static Path folder;

  private static TestPlatform weir;

  @BeforeAll
  static void start() throws Exception {
    weir = new TestPlatform(folder, Map.of());
    try (Listener client = new Listener(weir.mqttPort(), "iot/#")) {
      client.publish(
          "iot/breaker-001/raw",
          "{\"device_id\":\"breaker-001\",\"device_type\":\"smart_breaker\",\"measurements\":"
              + "{\"frequency\":{\"value\":50.01,\"unit\":\"Hz\"}}}");
      client.publish("iot/breaker-001/raw", "this is not JSON");
      weir.post("/ingest", "{}");
      await().atMost(SOON).until(() -> value("weir_stored_total") == 1);
    }
  }

  @AfterAll
  static void stop() {
    weir.close();
  }

  /// Every line without its comments, by name and labels.
  private static Map<String, Double> figures() {
    Map<String, Double> figures = new TreeMap<>();
    weir.get("/metrics")
        .body()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int blank = line.lastIndexOf(' ');
              figures.put(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)));
            });
    return figures;
  }

  private static double value(String figure) {
    return Optional.ofNullable(figures().get(figure)).orElse(Double.NaN);
  }

  @Test
  void followsTheConventionsOfPrometheus() throws Exception {
    Path promtool = Tool.find("promtool");
    await().atMost(SOON).until(() -> !Double.isNaN(value("weir_books_findings")));
    Process check =
        new ProcessBuilder(promtool.toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    try (OutputStream in = check.getOutputStream()) {
      in.write(weir.get("/metrics").body().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(check.waitFor()).as(said).isZero();
  }

  @Test
  void countsEveryStepOfTheRoute() {
    assertThat(value("weir_accepted_total")).isEqualTo(2);
    assertThat(value("weir_decoded_total")).isEqualTo(1);
    assertThat(value("weir_set_aside_total{reason=\"UNREADABLE\"}")).isEqualTo(1);
    assertThat(value("weir_stored_readings_total")).isPositive();
    assertThat(value("weir_mqtt_connections")).isNotNegative();
    await().atMost(SOON).until(() -> value("weir_family_stored_total{family=\"cloud\"}") == 1);
    await().atMost(SOON).until(() -> value("weir_logged_total{topic=\"iot.raw\"}") == 2);
    assertThat(value("weir_books_findings")).isZero();
    assertThat(value("weir_lanes{state=\"due\"}")).isZero();
    assertThat(value("weir_disk_bytes{part=\"log\"}")).isPositive();
  }

  @Test
  void timesAcknowledgementsAndBatches() {
    for (String histogram :
        new String[] {
          "weir_puback_seconds_count",
          "weir_batch_seconds_count{stage=\"pipeline\"}",
          "weir_batch_seconds_count{stage=\"series\"}",
          "weir_batch_seconds_count{stage=\"matcher\"}",
          "weir_batch_messages_sum{stage=\"pipeline\"}",
          "weir_stored_delay_seconds_count"
        }) {
      assertThat(value(histogram)).as(histogram).isPositive();
    }
    assertThat(value("weir_puback_seconds_sum")).isBetween(0.0001, 20.0);
  }

  @Test
  void showsTheLagOfEveryGroupByPartition() {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(figures().keySet())
                    .filteredOn(name -> name.startsWith("weir_lag_messages{"))
                    .hasSize(3 * 4 + 1));
  }

  @Test
  void namesNoDevice() {
    assertThat(weir.get("/metrics").body().lines()).noneMatch(line -> line.contains("breaker-001"));
  }
}
