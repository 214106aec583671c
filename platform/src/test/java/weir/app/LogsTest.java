package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Listener;
import weir.testkit.PlatformProcess;

/// What a process writes down about itself, and what it never does.
class LogsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PAYLOAD = "payload-4711-planted";
  private static final String WRONG_TOKEN = "weir_wrong_token_planted_0000";

  @TempDir private Path folder;

  @Test
  void writesOneJsonObjectALineAndNeverASecretOrAPayload() throws Exception {
    Map<String, String> loudly =
        Map.of(
            "WEIR_LOG_FORMAT", "json",
            "WEIR_LOG_LEVEL", "trace",
            "WEIR_WEBHOOK_ALLOW_LOOPBACK", "true");
    try (PlatformProcess weir = new PlatformProcess(folder, loudly)) {
      List<String> secrets = plant(weir);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> weir.get("/api/dead-letters").body().contains("UNREADABLE"));
      weir.stop();

      String log = weir.log();
      assertThat(log)
          .doesNotContain(PlatformProcess.TOKEN, WRONG_TOKEN, PAYLOAD)
          .doesNotContain(secrets);
      List<String> lines =
          log.lines().filter(line -> line.startsWith("{") || line.startsWith("[")).toList();
      assertThat(lines).isNotEmpty();
      for (String line : lines) {
        JsonNode event = JSON.readTree(line);
        assertThat(event.path("level").asText()).isNotEmpty();
        assertThat(event.path("formattedMessage").asText()).isNotEmpty();
      }
    }
  }

  /// Uses every secret and payload once, rightly and wrongly; returns those that were made.
  private static List<String> plant(PlatformProcess weir) throws Exception {
    HttpResponse<String> token = weir.post("/api/devices/breaker-001/credentials", "{}");
    String deviceToken = JSON.readTree(token.body()).path("token").asText("none");
    assertThat(deviceToken).as(token.body()).isNotEqualTo("none");
    JsonNode service =
        JSON.readTree(
            weir.post(
                    "/register",
                    "{\"service_name\":\"planted\",\"callback_url\":\"http://127.0.0.1:1025/hook\"}")
                .body());
    String key = service.path("service_key").asText("none");
    assertThat(key).as("%s", service).isNotEqualTo("none");
    weir.post(
        "/token",
        "{\"service_id\":\"%s\",\"service_key\":\"%s\"}"
            .formatted(service.path("service_id").asText(), key));
    weir.post("/ingest", "{\"device_id\":\"" + PAYLOAD + " is no id\"}");
    weir.post("/ingest/iot/breaker-001/raw", PAYLOAD);
    weir.post("/ingest/nobody/knows", "{\"secret\":\"" + PAYLOAD + "\"}");
    withWrongToken(weir);
    try (Listener client = new Listener(weir.mqttPort(), "iot/#")) {
      client.publish(
          "iot/breaker-001/raw",
          "{\"device_id\":\"breaker-001\",\"device_type\":\"smart_breaker\",\"note\":\"%s\"}"
              .formatted(PAYLOAD));
      client.publish("iot/breaker-001/raw", PAYLOAD);
    }
    return List.of(deviceToken, key, service.path("webhook_secret").asText("none"));
  }

  private static void withWrongToken(PlatformProcess weir) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + weir.httpPort() + "/api/devices"))
              .header("Authorization", "Bearer " + WRONG_TOKEN)
              .build();
      assertThat(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(401);
    }
  }
}
