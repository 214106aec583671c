package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Main;
import weir.testkit.Listener;
import weir.testkit.OpenApiCheck;

/// The simulator inside the platform, controlled over REST and by commands.
class SimulationTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final OpenApiCheck OPENAPI = new OpenApiCheck();
  private static final String PATH = "/api/simulation";

  @TempDir Path folder;

  @Test
  void aFleetIsStartedHurriedDisturbedStoppedAndGraded() throws Exception {
    String topic = "energy/devices/mock-hvac-001/data";
    Map<String, String> closed = Map.of("mqtt.anonymous", "false");
    try (TestPlatform platform = new TestPlatform(folder.resolve("data"), closed);
        Listener data =
            Listener.ofDevice(platform.mqttPort(), "admin", TestPlatform.TOKEN, topic)) {
      assertThat(check("GET", PATH, platform.get(PATH)).path("state").asText())
          .isEqualTo("stopped");
      assertThat(platform.post(PATH + "/stop", "").statusCode()).isEqualTo(409);
      HttpResponse<String> wrong =
          platform.post(
              PATH + "/start",
              """
              {"families": {"energy": -1}, "speed": 0,
               "phases": [{"speed": 2, "faults": {"late": "x"}, "anomaly": {"duration": 99}},
                          {"at": "1m", "anomaly": {"device_id": "breaker-001"}}]}\
              """);
      assertThat(wrong.statusCode()).isEqualTo(422);
      assertThat(JSON.readTree(wrong.body()).path("errors").findValuesAsText("field"))
          .containsExactlyInAnyOrder(
              "families.energy",
              "speed",
              "phases[0].at",
              "phases[0].faults.late",
              "phases[0].anomaly.duration",
              "phases[1].anomaly.device_id");
      assertThat(platform.send("PUT", PATH, "{}").statusCode()).isEqualTo(405);
      assertThat(platform.get(PATH + "/devices?nosuch=1").statusCode()).isEqualTo(422);

      Path scenario = folder.resolve("scenario.yaml");
      Files.writeString(
          scenario,
          """
          name: two of them
          families: {energy: 1, breakers: 1}
          seed: 3
          phases:
            - {at: 1m, faults: {duplicates: 1}}
          """);
      assertThat(run(platform, "start", "--scenario", scenario.toString()))
          .contains("\"name\" : \"two of them\"");
      assertThat(platform.post(PATH + "/start", "{}").statusCode()).isEqualTo(409);
      JsonNode running = check("GET", PATH, platform.get(PATH));
      assertThat(running.at("/families/energy").asInt()).isEqualTo(1);
      assertThat(running.at("/families/meters").asInt(-1)).isZero();
      assertThat(running.at("/faults/duplicates").asDouble(-1)).isZero();
      assertThat(run(platform, "speed", "20")).contains("\"speed\" : 20.0");
      assertThat(run(platform, "list")).contains("mock-hvac-001").contains("breaker-001");
      check("GET", PATH + "/devices", platform.get(PATH + "/devices"));

      JsonNode begun =
          check(
              "POST",
              PATH + "/anomalies",
              platform.post(
                  PATH + "/anomalies",
                  """
                  {"device_id":"mock-hvac-001","anomaly_type":"power_spike","duration":7,
                   "power_multiplier":9}\
                  """));
      assertThat(begun.path("duration").asInt()).isEqualTo(7);
      int before = data.heard().size();
      Awaitility.await().atMost(SOON).until(() -> data.heard().size() > before + 9);
      assertThat(spikes(data, 7)).startsWith(7, 6, 5, 4, 3, 2, 1);
      assertThat(platform.post(PATH + "/anomalies", "{\"device_id\":\"nobody\"}").statusCode())
          .isEqualTo(404);
      assertThat(
              platform
                  .post(PATH + "/anomalies", "{\"duration\":51,\"anomaly_type\":\"x\"}")
                  .statusCode())
          .isEqualTo(422);
      HttpResponse<String> unable =
          platform.post(PATH + "/anomalies", "{\"device_id\":\"breaker-001\"}");
      assertThat(unable.statusCode()).isEqualTo(422);
      assertThat(JSON.readTree(unable.body()).path("errors").findValuesAsText("field"))
          .containsExactly("device_id");
      assertThat(run(platform, "anomalies", "trigger", "--readings", "50"))
          .contains("\"remaining\" : 50");
      assertThat(run(platform, "anomalies")).contains("\"duration\" : 50");
      check("GET", PATH + "/anomalies", platform.get(PATH + "/anomalies"));
      assertThat(run(platform, "anomalies", "clear")).contains("\"cleared_anomalies\" : 1");

      JsonNode grade = check("POST", PATH + "/stop", platform.post(PATH + "/stop", ""));
      assertThat(grade.path("total").path("lost").asInt()).as("%s", grade).isZero();
      assertThat(grade.path("total").path("sent").asInt()).isPositive();
      assertThat(grade.path("checked").asBoolean()).isTrue();
      assertThat(check("GET", PATH, platform.get(PATH)).path("last_grade").isObject()).isTrue();
    }
  }

  @Test
  void mirrorsMisbehaveForExactlyAsLongAsIsAskedFor() throws Exception {
    try (TestPlatform platform =
            new TestPlatform(folder.resolve("data"), Map.of("lifecycle.grace", "0s"));
        Listener data = new Listener(platform.mqttPort(), "energy/devices/mock-real-odd/data")) {
      assertThat(platform.post(PATH + "/anomalies", "{}").statusCode()).isEqualTo(409);
      assertThat(run(platform, "mirror", "on")).contains("\"enabled\" : true");
      platform.post("/api/devices", "{\"id\":\"odd\",\"type\":\"hvac\"}");
      Awaitility.await().atMost(SOON).until(() -> !data.heard().isEmpty());

      String wish =
          "{\"device_id\":\"mock-real-odd\",\"anomaly_type\":\"power_spike\",\"duration\":2}";
      JsonNode begun = check("POST", PATH + "/anomalies", platform.post(PATH + "/anomalies", wish));
      assertThat(begun.path("device_id").asText()).isEqualTo("mock-real-odd");
      int before = data.heard().size();
      assertThat(run(platform, "anomalies")).contains("mock-real-odd");
      Awaitility.await().atMost(SOON).until(() -> data.heard().size() >= before + 3);
      assertThat(spikes(data, 2)).startsWith(2, 1);
      assertThat(run(platform, "anomalies", "trigger", "--device", "mock-real-odd"))
          .contains("mock-real-odd");
      assertThat(run(platform, "anomalies", "clear")).contains("\"cleared_anomalies\" : ");
      assertThat(JSON.readTree(platform.get(PATH + "/anomalies").body()).path("items"))
          .noneMatch(one -> one.path("device_id").asText().equals("mock-real-odd"));
      assertThat(platform.post(PATH + "/anomalies", "{\"device_id\":\"odd\"}").statusCode())
          .isEqualTo(404);
      assertThat(run(platform, "mirror", "off")).contains("\"enabled\" : false");
    }
  }

  @Test
  void aRunThatIsOverTakesNoMoreOrders() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder.resolve("data"), Map.of());
        Listener data = new Listener(platform.mqttPort(), "energy/devices/mock-hvac-001/data")) {
      HttpResponse<String> begun =
          platform.post(
              PATH + "/start",
              """
              {"families": {"energy": 1}, "duration": "4m", "speed": 60, "settle": "1s", "phases": [
                {"at": "1m", "faults": {"duplicates": 1}, "speed": 120},
                {"at": "1m", "anomaly": {"device_id": "mock-hvac-001", "duration": 50,
                  "anomaly_type": "sustained_high_load"}},
                {"at": "3m", "clear_anomalies": true}]}\
              """);
      assertThat(begun.statusCode()).as(begun.body()).isEqualTo(201);
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  JSON.readTree(platform.get(PATH).body()).path("state").asText().equals("ended"));

      assertThatThePhasesCame(platform, data);
      assertThat(platform.post(PATH + "/anomalies", "{}").statusCode()).isEqualTo(409);
      assertThat(platform.send("PATCH", PATH, "{\"speed\":5}").statusCode()).isEqualTo(409);
      HttpResponse<String> another = platform.post(PATH + "/start", "{}");
      assertThat(another.statusCode()).isEqualTo(409);
      assertThat(another.body()).contains("the last run is over; stop it to get its grade");
      assertThat(platform.post(PATH + "/stop", "").statusCode()).isEqualTo(200);
    }
  }

  /// From the first minute on all comes twice and faster; an anomaly of fifty readings lasts only
  /// for the two dozen before it is cleared.
  private static void assertThatThePhasesCame(TestPlatform platform, Listener data)
      throws Exception {
    assertThat(JSON.readTree(platform.get(PATH).body()).path("speed").asDouble()).isEqualTo(120);
    Map<Integer, Integer> times = new TreeMap<>();
    Set<Integer> remaining = new TreeSet<>();
    for (Listener.Heard heard : data.heard()) {
      JsonNode said = JSON.readTree(heard.payload());
      times.merge(said.path("sequence").asInt(), 1, Integer::sum);
      if (said.path("anomaly_type").asText().equals("sustained_high_load")) {
        remaining.add(said.path("anomaly_duration_remaining").asInt());
      }
    }
    List<Integer> all = List.copyOf(times.values());
    assertThat(all.subList(0, 8)).containsOnly(1);
    assertThat(all.subList(16, 40)).containsOnly(2);
    assertThat(remaining).contains(50, 40).doesNotContain(20, 15);
  }

  @Test
  void wrongOptionsAreToldTogether() {
    StringWriter said = new StringWriter();
    int exit =
        Main.commandLine(new PrintWriter(said, true))
            .setErr(new PrintWriter(said, true))
            .execute("simulate", "--fault", "storm=1", "--controllers", "3", "--duration", "soon");
    assertThat(exit).isNotZero();
    assertThat(said.toString())
        .contains("faults.storm is not a known field", "families.controllers must be", "duration");
  }

  /// What `anomaly_duration_remaining` counted down, of the spike of so many readings.
  private static List<Integer> spikes(Listener data, int readings) throws Exception {
    List<Integer> remaining = new ArrayList<>();
    for (Listener.Heard heard : data.heard()) {
      JsonNode said = JSON.readTree(heard.payload());
      if (said.path("anomaly_type").asText().equals("power_spike")
          && (!remaining.isEmpty()
              || said.path("anomaly_duration_remaining").asInt() == readings)) {
        remaining.add(said.path("anomaly_duration_remaining").asInt());
      }
    }
    return remaining;
  }

  private static String run(TestPlatform platform, String... arguments) {
    StringWriter text = new StringWriter();
    List<String> all = new ArrayList<>(List.of("simulate"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--url", platform.url(), "--token", TestPlatform.TOKEN));
    int exit = Main.commandLine(new PrintWriter(text, true)).execute(all.toArray(String[]::new));
    assertThat(exit).as(text.toString()).isZero();
    return text.toString();
  }

  private static JsonNode check(String method, String path, HttpResponse<String> answer)
      throws Exception {
    OPENAPI.check(
        method,
        path,
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(""),
        answer.body().getBytes(StandardCharsets.UTF_8));
    return JSON.readTree(answer.body());
  }
}
