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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.OpenApiCheck;
import weir.testkit.WebhookReceiver;

/// The whole way of a service in one process: register, subscribe, get events, over real sockets.
class WebhookTest {

  private static final String TOKEN = "weir_test_token_000000000000";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path folder;

  private static Platform platform;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final OpenApiCheck OPENAPI = new OpenApiCheck();

  @BeforeAll
  static void start() {
    Map<String, String> flags = new HashMap<>();
    flags.put("http.port", "0");
    flags.put("mqtt.port", "0");
    flags.put("mqtt.websocket-port", "0");
    flags.put("kafka.port", "0");
    flags.put("admin-token", TOKEN);
    flags.put("webhook.allow-loopback", "true");
    platform = Platform.start(PlatformSettings.bind(null, Map.of(), flags, folder));
  }

  @AfterAll
  static void stop() {
    platform.close();
    HTTP.close();
  }

  private record Answer(int status, JsonNode body) {}

  private static Answer call(String method, String path, String token, String body)
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
  private record Service(String id, String key, String token, String secret) {}

  private static Service register(String name, String url) throws Exception {
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

  private static Answer subscribe(Service service, String device) throws Exception {
    return call(
        "POST",
        "/subscribe/" + device,
        service.token,
        "{\"service_id\":\"%s\",\"expiry_hours\":5}".formatted(service.id));
  }

  private static void awaitActive(Service service) {
    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                call("GET", "/api/subscriptions?status=active", service.token, "")
                        .body()
                        .path("items")
                        .size()
                    > 0);
  }

  /// Sends until it is taken: a busy machine may answer 503 for a while.
  private static void ingest(String device, String eventId) {
    String event =
        """
        {"event_id":"%s","device_id":"%s","temperature":24.5,"humidity":60.2,\
        "timestamp":"2026-02-27T15:00:00Z"}"""
            .formatted(eventId, device);
    Awaitility.await()
        .atMost(SOON)
        .until(() -> call("POST", "/ingest", TOKEN, event).status() == 202);
  }

  private static void createDevice(String id) throws Exception {
    assertThat(
            call(
                    "POST",
                    "/api/devices",
                    TOKEN,
                    "{\"id\":\"%s\",\"type\":\"environmental_sensor\"}".formatted(id))
                .status())
        .isEqualTo(201);
  }

  @Test
  void deliversASignedEventToTheServiceThatSubscribed() throws Exception {
    createDevice("hook-1");
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service service = register("deliver", receiver.url());
      assertThat(subscribe(service, "hook-1").status()).isEqualTo(202);
      awaitActive(service);
      ingest("hook-1", "hook-1-first");
      ingest("hook-2", "hook-2-first");
      Awaitility.await().atMost(SOON).until(() -> receiver.ids().contains("hook-1-first"));
      WebhookReceiver.Received received = receiver.received().getFirst();
      assertThat(JSON.readTree(received.body()).path("device_id").asText()).isEqualTo("hook-1");
      assertThat(received.header("webhook-signature")).startsWith("v1,");
      assertThat(receiver.ids()).containsOnly("hook-1-first");
    }
  }
}
