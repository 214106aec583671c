package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.OpenApiCheck;

/// A platform with everything in it, and what a service does with it over its interface. Every
/// answer is held against the OpenAPI document.
abstract class WebhookScene {

  static final String TOKEN = "weir_test_token_000000000000";
  static final ObjectMapper JSON = new ObjectMapper();
  static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path folder;

  static Platform platform;
  static final HttpClient HTTP = HttpClient.newHttpClient();
  static final OpenApiCheck OPENAPI = new OpenApiCheck();

  @BeforeAll
  static void start() {
    Map<String, String> flags = new HashMap<>();
    flags.put("http.port", "0");
    flags.put("mqtt.port", "0");
    flags.put("mqtt.websocket-port", "0");
    flags.put("kafka.port", "0");
    flags.put("mqtt.anonymous", "true");
    flags.put("admin-token", TOKEN);
    flags.put("webhook.allow-loopback", "true");
    platform = Platform.start(PlatformSettings.bind(null, Map.of(), flags, folder));
  }

  @AfterAll
  static void stop() {
    platform.close();
    HTTP.close();
  }

  record Answer(int status, JsonNode body) {}

  static Answer call(String method, String path, String token, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + platform.httpPort() + path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<byte[]> response =
        HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    String described =
        path.replaceFirst("\\?.*", "")
            .replaceFirst("^/subscribe/.+", "/subscribe/{device_id}")
            .replaceFirst("^/api/subscriptions/[^/]+", "/api/subscriptions/{id}")
            .replaceFirst("^/api/applications/[0-9a-f-]{36}", "/api/applications/{id}")
            .replaceFirst("/deliveries/[^/]+", "/deliveries/{event}");
    OPENAPI.check(
        method,
        described,
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body());
    return new Answer(response.statusCode(), JSON.readTree(response.body()));
  }

  /// A registered service with its token.
  record Service(String id, String key, String token, String secret) {}

  static Service register(String name, String url) throws Exception {
    Answer registered =
        call(
            "POST",
            "/register",
            "",
            "{\"service_name\":\"%s\",\"callback_url\":\"%s\"}".formatted(name, url));
    assertThat(registered.status()).isEqualTo(201);
    String id = registered.body().path("service_id").asText();
    String key = registered.body().path("service_key").asText();
    Answer token =
        call(
            "POST",
            "/token",
            "",
            "{\"service_id\":\"%s\",\"service_key\":\"%s\"}".formatted(id, key));
    assertThat(token.status()).isEqualTo(200);
    return new Service(
        id,
        key,
        token.body().path("access_token").asText(),
        registered.body().path("webhook_secret").asText());
  }

  static Answer subscribe(Service service, String device) throws Exception {
    return call(
        "POST",
        "/subscribe/" + device,
        service.token(),
        "{\"service_id\":\"%s\",\"expiry_hours\":5}".formatted(service.id()));
  }

  static void awaitActive(Service service) {
    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                call("GET", "/api/subscriptions?status=active", service.token(), "")
                        .body()
                        .path("items")
                        .size()
                    > 0);
  }

  /// Sends until it is taken: a busy machine may answer 503 for a while.
  static void ingest(String device, String eventId) {
    String event =
        """
        {"event_id":"%s","device_id":"%s","temperature":24.5,"humidity":60.2,\
        "timestamp":"2026-02-27T15:00:00Z"}\
        """
            .formatted(eventId, device);
    Awaitility.await()
        .atMost(SOON)
        .until(() -> call("POST", "/ingest", TOKEN, event).status() == 202);
  }

  static void createDevice(String id) throws Exception {
    assertThat(
            call(
                    "POST",
                    "/api/devices",
                    TOKEN,
                    "{\"id\":\"%s\",\"type\":\"environmental_sensor\"}".formatted(id))
                .status())
        .isEqualTo(201);
  }

  static Answer post(Service service, String path, String body) throws Exception {
    return call("POST", "/api/applications/" + service.id() + path, service.token(), body);
  }
}
