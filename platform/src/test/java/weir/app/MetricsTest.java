package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Exposition;
import weir.testkit.Listener;
import weir.testkit.Tool;

/// The figures of a platform that has done a little of everything.
class MetricsTest {

  private static final Duration SOON = Duration.ofSeconds(40);

  private static final String EVENT =
      "{\"device_id\":\"breaker-001\",\"device_type\":\"smart_breaker\",\"measurements\":"
          + "{\"frequency\":{\"value\":50.01,\"unit\":\"Hz\"}}}";

  /// Each has a value for every part, stage, state and so on, of which there are a handful.
  private static final Set<String> LABELS =
      Set.of(
          "family",
          "group",
          "le",
          "outcome",
          "pace",
          "part",
          "partition",
          "queue",
          "reason",
          "stage",
          "state",
          "topic");

  private static final Pattern LABEL = Pattern.compile("[{,](\\w+)=\"");

  @TempDir static Path folder;

  private static TestPlatform weir;

  @BeforeAll
  static void start() throws Exception {
    weir = new TestPlatform(folder.resolve("all"), Map.of("intake.message-bytes-max", "2000"));
    try (Listener client = new Listener(weir.mqttPort(), "iot/#")) {
      client.publish("iot/breaker-001/raw", EVENT);
      client.publish("iot/breaker-001/raw", "this is not JSON");
      weir.post("/ingest", "{}");
      weir.post("/ingest/iot/breaker-001/raw", "x".repeat(2_001));
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
    assertThat(value("weir_refused_total{reason=\"TOO_LARGE\"}")).isEqualTo(1);
    assertThat(value("weir_refused_total{reason=\"BUSY\"}")).isZero();
    await().atMost(SOON).until(() -> value("weir_family_stored_total{family=\"cloud\"}") == 1);
    await().atMost(SOON).until(() -> value("weir_logged_total{topic=\"iot.raw\"}") == 2);
    assertThat(value("weir_books_findings")).isZero();
    for (String state : new String[] {"serving", "due", "delayed", "idle"}) {
      await().atMost(SOON).until(() -> value("weir_lanes{state=\"" + state + "\"}") == 0);
    }
    assertThat(value("weir_deliveries_total{outcome=\"delivered\"}")).isZero();
    for (String queue : new String[] {"intake", "mqtt_sessions"}) {
      assertThat(value("weir_queue_bytes{queue=\"" + queue + "\"}")).isNotNegative();
      assertThat(value("weir_queue_limit_bytes{queue=\"" + queue + "\"}")).isPositive();
    }
    assertThat(figures().keySet()).anyMatch(name -> name.startsWith("jvm_memory_used_bytes{"));
    assertThat(value("weir_disk_bytes{part=\"log\"}")).isPositive();
  }

  @Test
  void countsConnectionsThatAreOpen() {
    await().atMost(SOON).until(() -> value("weir_mqtt_connections") == 0);
    try (Listener _ = new Listener(weir.mqttPort(), "none");
        Listener _ = new Listener(weir.mqttPort(), "none")) {
      await().atMost(SOON).until(() -> value("weir_mqtt_connections") == 2);
    }
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
  void whatNobodyReadsWaits() {
    Map<String, String> noSeries = Map.of("roles", "gateway,pipeline");
    try (TestPlatform other = new TestPlatform(folder.resolve("no-series"), noSeries)) {
      for (int i = 0; i < 3; i++) {
        assertThat(other.post("/ingest/iot/breaker-001/raw", EVENT).statusCode()).isEqualTo(202);
      }
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(
                          Exposition.parse(other.get("/metrics").body())
                              .by("weir_lag_messages", "group"))
                      .containsEntry("weir-series", 3.0)
                      .containsEntry("weir-pipeline", 0.0));
    }
  }

  @Test
  void labelsAreOfFewValuesAndNameNoDevice() {
    Set<String> labels = new TreeSet<>();
    for (String name : figures().keySet()) {
      assertThat(name).doesNotContain("breaker-001");
      Matcher label = LABEL.matcher(name.startsWith("weir_") ? name : "");
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
    assertThat(labels).isSubsetOf(LABELS).contains("family", "group", "topic");
  }
}
