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
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import weir.trace.Traces;

/// The whole platform in this process on free ports, with a client that holds the admin
/// token.
final class TestPlatform implements AutoCloseable {

  static final String TOKEN = "weir_test_token_000000000000";

  private static final ObjectMapper JSON = new ObjectMapper();

  final Platform platform;
  private final HttpClient http = HttpClient.newHttpClient();

  TestPlatform(Path folder, Map<String, String> settings) {
    this(folder, Map.of(), settings);
  }

  TestPlatform(Path folder, Map<String, String> environment, Map<String, String> settings) {
    platform = Platform.start(bind(folder, environment, settings));
  }

  TestPlatform(Path folder, Map<String, String> settings, Traces traces) {
    platform = Platform.start(bind(folder, Map.of(), settings), traces);
  }

  private static PlatformSettings bind(
      Path folder, Map<String, String> environment, Map<String, String> settings) {
    Map<String, String> flags = new HashMap<>();
    flags.put("http.port", "0");
    flags.put("mqtt.port", "0");
    flags.put("mqtt.websocket-port", "0");
    flags.put("kafka.port", "0");
    flags.put("mqtt.anonymous", "true");
    flags.put("admin-token", TOKEN);
    flags.putAll(settings);
    return PlatformSettings.bind(null, environment, flags, folder);
  }

  int mqttPort() {
    return platform.mqtt().orElseThrow().port();
  }

  String url() {
    return "http://127.0.0.1:" + platform.httpPort();
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String path, String json) {
    return send("POST", path, json);
  }

  HttpResponse<String> send(String method, String path, String json) {
    return send(method, path, "application/json", json);
  }

  HttpResponse<String> send(String method, String path, String mediaType, String body) {
    HttpRequest.BodyPublisher publisher =
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    return send(request(path).header("Content-Type", mediaType).method(method, publisher));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path))
        .header("Authorization", "Bearer " + TOKEN);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /// Registers a service that gets every event, and waits until it does.
  void subscribeToAll(String callback) throws IOException {
    String form = "{\"service_name\":\"all\",\"callback_url\":\"%s\"}".formatted(callback);
    String service = JSON.readTree(post("/register", form).body()).path("service_id").asText();
    String wanted =
        "{\"service_id\":\"%s\",\"filter\":{\"device_id\":{\"exists\":true}}}".formatted(service);
    assertThat(post("/subscribe", wanted).statusCode()).isEqualTo(202);
    String active = "/api/subscriptions?status=active&service_id=" + service;
    Awaitility.await("the subscription")
        .atMost(Duration.ofSeconds(60))
        .until(() -> get(active).body().contains("\"id\""));
  }

  /// Waits until nothing is on its way any more, and lets the audit look for every message.
  void awaitCleanAudit() {
    Awaitility.await("the books to balance")
        .atMost(Duration.ofSeconds(60))
        .until(() -> JSON.readTree(get("/api/books").body()).at("/total/waiting").asLong(-1) == 0);
    assertThat(post("/api/audit", "").body()).contains("\"clean\":true");
  }

  /// The ids of a device's stored events; each comes once.
  Set<String> storedIds(String device) throws IOException {
    Set<String> ids = new HashSet<>();
    String cursor = "";
    do {
      JsonNode page =
          JSON.readTree(get("/api/events?device=" + device + "&limit=1000" + cursor).body());
      for (JsonNode event : page.path("items")) {
        String id = event.path("event_id").asText();
        assertThat(ids.add(id)).as("event %s is stored once", id).isTrue();
      }
      JsonNode next = page.path("next_cursor");
      cursor = next.isTextual() ? "&cursor=" + next.asText() : "";
    } while (!cursor.isEmpty());
    return ids;
  }

  @Override
  public void close() {
    platform.close();
    http.close();
  }
}
