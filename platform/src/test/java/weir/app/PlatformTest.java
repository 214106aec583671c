package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.OpenApiCheck;

/// The whole platform in this process: messages in at the doors, answers out of the interface.
class PlatformTest {

  private static final String TOKEN = "weir_test_token_000000000000";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path folder;

  private static Platform platform;
  private static Mqtt3BlockingClient mqtt;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final OpenApiCheck OPENAPI = new OpenApiCheck();

  @BeforeAll
  static void start() {
    platform = Platform.start(settings(folder, Map.of()));
    mqtt =
        MqttClient.builder()
            .useMqttVersion3()
            .identifier("platform-test")
            .serverHost("127.0.0.1")
            .serverPort(platform.mqtt().orElseThrow().port())
            .buildBlocking();
    mqtt.connect();
  }

  @AfterAll
  static void stop() {
    mqtt.disconnect();
    platform.close();
    HTTP.close();
  }

  private static PlatformSettings settings(Path folder, Map<String, String> more) {
    Map<String, String> flags = new HashMap<>();
    flags.put("http.port", "0");
    flags.put("mqtt.port", "0");
    flags.put("mqtt.websocket-port", "0");
    flags.put("kafka.port", "0");
    flags.put("mqtt.anonymous", "true");
    flags.put("admin-token", TOKEN);
    flags.putAll(more);
    return PlatformSettings.bind(null, Map.of(), flags, folder);
  }

  @Test
  void storesTheMessagesOfAllFiveFamilies() throws Exception {
    publish(
        "iot/telemetry/Refrigerator/ref_model_12",
        """
        {"device_id":"ref_model_12","device_type":"Refrigerator","model_name":"GL-B221ASCY",\
        "status":"cooling","error_code":"CF","timestamp":"%s"}"""
            .formatted(Instant.now().toString().substring(0, 19).replace('T', ' ')));
    publish(
        "energy/devices/mock-hvac-001/data",
        """
        {"device_id":"mock-hvac-001","timestamp":"%s","power":25.1,"voltage":240.2,\
        "current":104.5,"energy":12.5,"status":"online","enabled":true,"anomaly":false}"""
            .formatted(Instant.now()));
    publish(
        "iot/breaker-001/raw",
        """
        {"device_id":"breaker-001","device_type":"smart_breaker","timestamp":"%s",\
        "event_type":"telemetry","measurements":{"frequency":{"value":59.28,"unit":"Hz"}}}"""
            .formatted(Instant.now()));
    publish(
        "cmnd/f2-e4fd45f654be/access-control-mode/J1/door-sensors",
        "{\"timestamp\":\"%s\",\"door-sensor-1\":false,\"door-sensor-2\":true}"
            .formatted(Instant.now()));
    post(
        "/ingest",
        "{\"device_id\":\"esp32-01\",\"temperature\":24.5,\"humidity\":60.2,\"timestamp\":\"%s\"}"
            .formatted(Instant.now()));

    awaitLatest("ref_model_12", "error_code");
    awaitLatest("mock-hvac-001", "power");
    awaitLatest("breaker-001", "frequency");
    awaitLatest("f2-e4fd45f654be", "door-sensor-2");
    awaitLatest("esp32-01", "temperature");
  }

  @Test
  void answersWhatIsMeantToBreakTheDoor() throws Exception {
    String sensor =
        "{\"device_id\":\"esp32-03\",\"temperature\":1,\"humidity\":2,\"timestamp\":1767225600,\"x\":%s}";
    StringBuilder wide = new StringBuilder("{\"k\":1");
    for (int i = 0; i < 30_000; i++) {
      wide.append(",\"k").append(i).append("\":1");
    }
    String deep = "{\"a\":".repeat(140_000) + "1" + "}".repeat(140_000);

    assertThat(post("/ingest", sensor.formatted(deep)).statusCode()).isEqualTo(400);
    assertThat(post("/ingest", sensor.formatted(wide.append('}'))).statusCode()).isEqualTo(413);
    HttpRequest.Builder topic = request("/ingest/iot/breaker-001/raw");
    assertThat(send(topic, new byte[10_000_000]).statusCode()).isEqualTo(413);
    topic.header("Content-Encoding", "gzip");
    assertThat(send(topic, zipped(new byte[10_000_000])).statusCode()).isIn(400, 415);
    assertThat(get("/health/ready").statusCode()).isEqualTo(200);
    assertThat(post("/ingest", sensor.formatted("1")).statusCode()).isEqualTo(202);
  }

  /// Asks whether the body is wanted before it sends it.
  private static HttpResponse<String> send(HttpRequest.Builder request, byte[] body)
      throws IOException, InterruptedException {
    return HTTP.send(
        request
            .version(HttpClient.Version.HTTP_1_1)
            .expectContinue(true)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static byte[] zipped(byte[] body) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }

  private void awaitLatest(String device, String metric) {
    Awaitility.await(device + " to have " + metric)
        .atMost(SOON)
        .until(() -> get("/api/devices/" + device + "/latest").body().contains(metric));
  }

  @Test
  void storesAnEventOnceUnderItsId() throws Exception {
    String first =
        "{\"event_id\":\"once-1\",\"device_id\":\"esp32-02\",\"temperature\":1,\"humidity\":2,\"timestamp\":\"%s\"}"
            .formatted(Instant.now());

    assertThat(post("/ingest", first).body()).isEqualTo(post("/ingest", first).body());
    Awaitility.await().atMost(SOON).until(() -> get("/api/events/once-1").statusCode() == 200);
    awaitSettled();

    JsonNode report = JSON.readTree(post("/api/audit", "").body());
    assertThat(report.path("clean").asBoolean()).as("%s", report).isTrue();
    assertThat(report.path("repeated").asInt()).isPositive();
    JsonNode events = JSON.readTree(get("/api/devices/esp32-02/events").body());
    assertThat(events.path("items")).hasSize(1);
  }

  @Test
  void setsAsideWhatItCannotRead() throws Exception {
    publish("iot/breaker-002/raw", "this is not JSON");

    Awaitility.await()
        .atMost(SOON)
        .until(() -> !letters("?device=breaker-002").path("items").isEmpty());
    JsonNode letter = letters("?device=breaker-002").path("items").get(0);
    assertThat(letter.path("reason").asText()).isEqualTo("UNREADABLE");
    String place = "/api/dead-letters/" + letter.path("position").asText();
    HttpResponse<String> shown = get(place);
    check("GET", "/api/dead-letters/{position}", shown);
    assertThat(shown.body()).contains("this is not JSON");
    check("POST", "/api/dead-letters/{position}/replay", post(place + "/replay", ""));
    assertThat(post(place + "/replay", "").statusCode()).isEqualTo(409);
    awaitSettled();
    assertThat(books().path("balanced").asBoolean()).isTrue();
  }

  @Test
  void answersAsDocumented() throws Exception {
    check("GET", "/health", get("/health"));
    check("GET", "/health/live", get("/health/live"));
    check("GET", "/health/ready", get("/health/ready"));
    check("GET", "/metrics", get("/metrics"));
    check("GET", "/openapi", get("/openapi"));
    check("GET", "/api/books", get("/api/books"));
    check("POST", "/api/audit", post("/api/audit", ""));
    check("GET", "/api/dead-letters", get("/api/dead-letters"));
    check("GET", "/api/dead-letters", get("/api/dead-letters?limit=0&what=1"));
    check("GET", "/api/dead-letters/{position}", get("/api/dead-letters/9-9"));
    check(
        "POST",
        "/api/dead-letters/replay",
        post("/api/dead-letters/replay?reason=FAILED&limit=1", ""));
    assertThat(post("/api/dead-letters/replay?cursor=0-1", "").statusCode()).isEqualTo(422);
    assertThat(get("/api/dead-letters/count?limit=1").statusCode()).isEqualTo(422);
    check("POST", "/ingest", post("/ingest", "{}"));
    check("POST", "/ingest/{topic}", post("/ingest/nobody/knows", "{}"));
    assertThat(get("/metrics").body())
        .contains("weir_accepted_total")
        .contains("weir_stored_total");
  }

  @Test
  void guardsDataWithTheAdminToken() throws Exception {
    for (String path : new String[] {"/api/books", "/api/devices", "/events/db", "/api/events"}) {
      HttpRequest bare = HttpRequest.newBuilder(uri(path)).build();
      assertThat(HTTP.send(bare, HttpResponse.BodyHandlers.ofString()).statusCode())
          .as(path)
          .isEqualTo(401);
      assertThat(get(path).statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void namesTheSettingOfATakenPort() {
    String taken = Integer.toString(platform.httpPort());

    assertThatThrownBy(
            () -> Platform.start(settings(folder.resolve("second"), Map.of("http.port", taken))))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("WEIR_HTTP_PORT");
  }

  @Test
  void namesTheFileOfAWrongDialectOrKey() throws IOException {
    Path other = Files.createDirectory(folder.resolve("wrong"));
    Path dialect = Files.writeString(other.resolve("typo.yaml"), "familly: mine\n");
    assertThatThrownBy(
            () -> Platform.start(settings(other, Map.of("pipeline.dialects", other.toString()))))
        .isInstanceOf(CommandException.class)
        .hasMessageContainingAll("WEIR_PIPELINE_DIALECTS", dialect.toString(), "family");

    Path key = Files.writeString(other.resolve("webhook.key"), "no key!");
    assertThatThrownBy(() -> Platform.start(settings(other, Map.of())))
        .isInstanceOf(CommandException.class)
        .hasMessageContainingAll("WEIR_WEBHOOK_KEY_FILE", key.toString());
  }

  @Test
  void refusesASecondProcessOnTheSameData() {
    assertThatThrownBy(() -> Platform.start(settings(folder, Map.of())))
        .isInstanceOf(CommandException.class);
  }

  private static void awaitSettled() {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> books().path("total").path("waiting").asLong() == 0);
  }

  private static JsonNode books() throws IOException, InterruptedException {
    return JSON.readTree(get("/api/books").body());
  }

  private static JsonNode letters(String query) throws IOException, InterruptedException {
    return JSON.readTree(get("/api/dead-letters" + query).body());
  }

  private static void publish(String topic, String payload) {
    mqtt.publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
  }

  private static void check(String method, String path, HttpResponse<String> answer) {
    String type = answer.headers().firstValue("Content-Type").orElse("");
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    OPENAPI.check(method, path, answer.statusCode(), type, body);
  }

  private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return HTTP.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return HTTP.send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + TOKEN);
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + platform.httpPort() + path);
  }
}
