package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.device.SqlEngine;
import weir.series.EventQuery;
import weir.series.StoreLimits;
import weir.series.sql.SqlStore;
import weir.testkit.OpenApiCheck;

/// Messages of the past, decoded by the rules of today.
class ReplayTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String DEVICE = "f2-e4fd45f654be";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aMendedParameterCanBeAppliedToThePast(boolean sqlite) throws Exception {
    Map<String, String> settings =
        sqlite ? Map.of("sqlite.file", folder.resolve("series.db").toString()) : Map.of();
    try (TestPlatform weir = new TestPlatform(folder, settings)) {
      Instant start = Instant.now().minusSeconds(60);
      for (int i = 0; i < 3; i++) {
        send(weir, "0xd" + i);
      }
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> latest(weir).equals("21.0"));
      String range =
          "{\"from\":\"%s\",\"to\":\"%s\"".formatted(start, Instant.now().plusSeconds(60));

      JsonNode before = replay(weir, range + "}");
      assertThat(before.path("messages").asLong()).isEqualTo(3);
      assertThat(before.path("same").asLong()).as(before.toString()).isEqualTo(3);

      mend(weir);
      JsonNode shown =
          replay(weir, range + ",\"devices\":[\"" + DEVICE + "\"],\"into\":\"tenfold\"}");
      assertThat(shown.path("changed").asLong()).isEqualTo(3);
      assertThat(shown.path("shadowed").asLong()).isEqualTo(3);
      assertThat(shown.path("promoted").asLong()).isZero();
      assertThat(shown.at("/examples/0/what").asText()).contains("sensor-3");
      assertThat(latest(weir)).isEqualTo("21.0");
      assertThat(shadowed(weir)).hasSize(3);

      JsonNode promoted = replay(weir, range + ",\"promote\":true}");
      assertThat(promoted.path("promoted").asLong()).isEqualTo(3);
      Awaitility.await().until(() -> latest(weir).equals("210.0"));
      Awaitility.await().until(() -> replay(weir, range + "}").path("same").asLong() == 3);
      assertThat(weir.post("/api/audit", "").body()).contains("\"clean\":true");
    }
  }

  @Test
  void aReplayWithoutTimesIsRefused() {
    try (TestPlatform weir = new TestPlatform(folder, Map.of())) {
      HttpResponse<String> answer = weir.post("/api/replays", "{\"into\":\"No!\"}");

      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("from").contains("to").contains("into");
    }
  }

  private static void send(TestPlatform weir, String value) throws Exception {
    Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(weir.mqttPort())
            .buildBlocking();
    var _ = client.connect();
    var _ =
        client
            .publishWith()
            .topic("cmnd/" + DEVICE + "/sensor-mode/J1/sensor-3")
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload(("{\"data\":\"" + value + "\"}").getBytes(StandardCharsets.UTF_8))
            .send();
    client.disconnect();
  }

  private static void mend(TestPlatform weir) throws Exception {
    JsonNode parameters =
        JSON.readTree(weir.get("/api/decoding-parameters?device=" + DEVICE).body());
    for (JsonNode parameter : parameters.path("items")) {
      if (parameter.path("component_type").asText().equals("sensor")) {
        weir.send(
            "PATCH",
            "/api/decoding-parameters/" + parameter.path("id").asLong(),
            "{\"scale\":1.0}");
      }
    }
  }

  private static String latest(TestPlatform weir) throws Exception {
    JsonNode answer = JSON.readTree(weir.get("/api/devices/" + DEVICE + "/latest").body());
    return answer.findPath("value").asText();
  }

  private static JsonNode replay(TestPlatform weir, String body) throws Exception {
    HttpResponse<String> answer = weir.post("/api/replays", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    new OpenApiCheck()
        .check(
            "POST",
            "/api/replays",
            200,
            "application/json",
            answer.body().getBytes(StandardCharsets.UTF_8));
    return JSON.readTree(answer.body());
  }

  private static Set<String> shadowed(TestPlatform weir) {
    Path file = weir.platform.dataDir().resolve("replays").resolve("tenfold.db");
    try (SqlStore shadow =
        new SqlStore(
            SqlEngine.sqlite(file),
            StoreLimits.defaults(),
            Instant::now,
            type -> Duration.ofDays(30))) {
      return shadow.events(EventQuery.newest(10)).events().stream()
          .map(event -> event.id().value())
          .collect(Collectors.toSet());
    }
  }
}
