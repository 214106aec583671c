package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Tool;

/// What is in `deploy/` for Prometheus and Grafana, held against a real Prometheus and a real
/// platform.
class MonitoringTest {

  private static final Path DEPLOY = Path.of("../deploy").toAbsolutePath().normalize();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(?!__)(\\w+)");
  private static final Pattern METRIC =
      Pattern.compile("\\b((?:weir|jvm|process|system)_[a-z0-9_]+)");
  private static final Pattern SUMMED_BY_PROCESS =
      Pattern.compile(
          "sum(?: by \\([a-z, ]*\\) )?\\((?:rate\\()?weir_(?:lag|books|family|devices|lanes\\{|lanes\\)"
              + "|deliveries_waiting|deliveries_parked|endpoints_failing|subscriptions)");

  @TempDir private Path folder;

  @Test
  void prometheusFindsItsTargetsUpTheRulesLoadedAndDataForEveryPanel() throws Exception {
    Path prometheus = Tool.find("prometheus");
    try (TestPlatform weir = new TestPlatform(folder.resolve("weir"), Map.of());
        HttpClient http = HttpClient.newHttpClient()) {
      weir.post("/ingest/iot/breaker-001/raw", "this is not JSON");
      int port = freePort();
      Process server = start(prometheus, port, weir);
      try {
        await()
            .atMost(SOON)
            .ignoreExceptions()
            .until(() -> healths(http, port).equals(List.of("up", "up")));
        JsonNode rules = get(http, port, "/api/v1/rules").at("/data/groups/0/rules");
        assertThat(rules.size()).isEqualTo(alerts().size());
        assertThat(rules.findValuesAsText("health")).containsOnly("ok");
        System.gc(); // One panel is of collections.
        await().atMost(SOON).until(() -> expressionsWithoutData(http, port), List::isEmpty);
      } finally {
        server.destroyForcibly().waitFor();
      }
    }
  }

  private static List<String> expressionsWithoutData(HttpClient http, int port) throws Exception {
    List<String> empty = new ArrayList<>();
    for (JsonNode dashboard : dashboards()) {
      for (String expression : dashboard.findValuesAsText("expr")) {
        String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        JsonNode answer = get(http, port, "/api/v1/query?query=" + query);
        assertThat(answer.path("status").asText()).as("%s", answer).isEqualTo("success");
        if (answer.at("/data/result").isEmpty()) {
          empty.add(expression);
        }
      }
    }
    return empty;
  }

  private Process start(Path prometheus, int port, TestPlatform weir) throws IOException {
    String config =
        Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"))
            .replace("127.0.0.1:8080", "127.0.0.1:" + weir.platform.httpPort())
            .replace("127.0.0.1:9090", "127.0.0.1:" + port)
            .replace("15s", "1s");
    Files.writeString(folder.resolve("prometheus.yml"), config);
    Files.copy(DEPLOY.resolve("prometheus/alerts.yml"), folder.resolve("alerts.yml"));
    return new ProcessBuilder(
            prometheus.toString(),
            "--config.file=" + folder.resolve("prometheus.yml"),
            "--storage.tsdb.path=" + folder.resolve("tsdb"),
            "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("prometheus.log").toFile())
        .start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private static List<String> healths(HttpClient http, int port) throws Exception {
    return get(http, port, "/api/v1/targets").at("/data/activeTargets").findValuesAsText("health");
  }

  private static JsonNode get(HttpClient http, int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return JSON.readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  private static JsonNode alerts() throws IOException {
    Path file = DEPLOY.resolve("prometheus/alerts.yml");
    return new YAMLMapper().readTree(file.toFile()).at("/groups/0/rules");
  }

  @Test
  void theAlertsDoAsTheirTestsSay() throws Exception {
    Process tests =
        new ProcessBuilder(
                Tool.find("promtool").toString(),
                "test",
                "rules",
                DEPLOY.resolve("prometheus/alerts_test.yml").toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(tests.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(tests.waitFor()).as(said).isZero();
    assertThat(Files.readString(DEPLOY.resolve("prometheus/alerts_test.yml")))
        .contains(alerts().findValuesAsText("alert"));
  }

  @Test
  void theGuideSaysWhatToDoAboutEveryAlert() throws IOException {
    String guide = Files.readString(DEPLOY.resolve("../docs/reference/operations.md"));

    assertThat(alerts().findValuesAsText("alert"))
        .allSatisfy(alert -> assertThat(guide).contains("`" + alert + "`"));
  }

  @Test
  void everyMetricInDashboardsAndAlertsExists() throws Exception {
    Set<String> wanted = new TreeSet<>();
    for (JsonNode alert : alerts()) {
      collect(alert.path("expr").asText(), wanted);
    }
    for (JsonNode dashboard : dashboards()) {
      dashboard.findValuesAsText("expr").forEach(expression -> collect(expression, wanted));
    }
    assertThat(wanted).hasSizeGreaterThan(40);
    Map<String, String> budget = Map.of("disk.budget", "1TB");
    try (TestPlatform weir = new TestPlatform(folder.resolve("weir"), budget)) {
      weir.post("/ingest/iot/breaker-001/raw", "this is not JSON");
      await().atMost(SOON).untilAsserted(() -> assertThat(named(weir)).containsAll(wanted));
    }
  }

  private static void collect(String expression, Set<String> names) {
    Matcher metric = METRIC.matcher(expression);
    while (metric.find()) {
      names.add(metric.group(1).replaceFirst("_(bucket|sum|count)$", ""));
    }
  }

  /// The names that are announced. Figures of families come with the first message.
  private static Set<String> named(TestPlatform weir) {
    Set<String> names = new HashSet<>();
    weir.get("/metrics")
        .body()
        .lines()
        .forEach(
            line -> {
              String[] words = line.split("[ {]", 4);
              names.add(words[0].equals("#") ? words[2] : words[0]);
            });
    return names;
  }

  /// Grafana itself is not here. What its importer asks for and file provisioning does not answer
  /// (inputs, an id of its own, a data source that is not provisioned) is not in them.
  @Test
  void dashboardsAreInTheFormThatFileProvisioningLoads() throws IOException {
    Set<String> identifiers = new HashSet<>();
    for (JsonNode dashboard : dashboards()) {
      assertThat(dashboard.fieldNames())
          .toIterable()
          .contains("uid", "schemaVersion", "templating", "panels")
          .doesNotContain("dashboard", "id", "__inputs", "__requires", "__elements");
      assertThat(dashboard.path("title").asText()).startsWith("Weir");
      assertThat(identifiers.add(dashboard.path("uid").asText())).isTrue();
      assertThat(dashboard.path("panels").size()).isGreaterThan(8);
      List<JsonNode> panels = panels(dashboard);
      assertThat(panels).extracting(panel -> panel.path("id").asInt()).doesNotHaveDuplicates();
      panels.forEach(panel -> assertThat(panel.path("gridPos").size()).isEqualTo(4));
    }
    assertThat(identifiers).hasSize(4);
  }

  @Test
  void panelsAskProvisionedSourcesAndUseVariablesThatExist() throws IOException {
    Path provisioned = DEPLOY.resolve("grafana/provisioning/datasources/weir.yaml");
    List<String> sources = new YAMLMapper().readTree(provisioned.toFile()).findValuesAsText("uid");
    for (JsonNode dashboard : dashboards()) {
      List<String> variables = dashboard.path("templating").findValuesAsText("name");
      for (JsonNode panel : panels(dashboard)) {
        if (panel.path("type").asText().equals("row")) {
          continue; // It holds others, of what not every installation has.
        }
        assertThat(panel.at("/datasource/uid").asText()).isIn(sources);
        assertThat(panel.path("targets").findValuesAsText("refId"))
            .isNotEmpty()
            .doesNotHaveDuplicates();
        for (JsonNode target : panel.path("targets")) {
          assertThat(target.path("datasource")).isEqualTo(panel.path("datasource"));
        }
        Matcher used = VARIABLE.matcher(panel.path("title") + " " + panel.path("targets"));
        while (used.find()) {
          assertThat(used.group(1)).isIn(variables);
        }
      }
    }
  }

  /// Those within rows, too.
  private static List<JsonNode> panels(JsonNode dashboard) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      all.add(panel);
      panel.path("panels").forEach(all::add);
    }
    return all;
  }

  /// Every process tells these of all of them.
  @Test
  void severalProcessesDoNotMultiplyWhatEachOfThemTells() throws IOException {
    for (JsonNode dashboard : dashboards()) {
      assertThat(dashboard.findValuesAsText("expr")).noneMatch(SUMMED_BY_PROCESS.asPredicate());
    }
    assertThat(alerts().findValuesAsText("expr")).noneMatch(SUMMED_BY_PROCESS.asPredicate());
  }

  private static List<JsonNode> dashboards() throws IOException {
    List<JsonNode> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(DEPLOY.resolve("grafana/dashboards"))) {
      for (Path file : files.sorted().toList()) {
        found.add(JSON.readTree(file.toFile()));
      }
    }
    return found;
  }
}
