package weir.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;
import weir.ingest.Access;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.IntakeSettings;
import weir.ingest.TopicOwners;
import weir.log.LogRecord;
import weir.log.Topics;
import weir.testkit.MemoryLog;
import weir.view.Problems;

class IngestApiTest {

  private static final String SENSOR =
      """
      {"device_id": "esp32-01", "temperature": 24.5, "humidity": 60.2, \
      "timestamp": "2026-02-27T15:00:00Z"}""";

  private final MemoryLog log = new MemoryLog();
  private final HttpClient client = HttpClient.newHttpClient();
  private WebServer server;

  @BeforeEach
  void start() {
    log.create(Topics.defaults().specs(1, Duration.ofDays(1)));
    HttpDoorSettings settings = new HttpDoorSettings("127.0.0.1", 0, 4_096, 5);
    DeviceQuota quota = new DeviceQuota(1, 20, () -> 0);
    IntakeSettings limits = new IntakeSettings(1_024, 1_100);
    Intake intake = new Intake(log, Topics.defaults().raw(), limits, quota);
    IngestApi api =
        new IngestApi(intake, settings, new Senders(access()), owners(), InstantSource.system());
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(routing -> Problems.install(routing.register(api)))
            .build()
            .start();
  }

  @AfterEach
  void stop() {
    server.stop();
    client.close();
  }

  private static Access access() {
    return (user, password, loopback) -> {
      if ("esp32-01".equals(user)) {
        return "right".equals(password)
            ? new Access.Identity.Device(new DeviceId("esp32-01"), null)
            : new Access.Identity.Denied();
      }
      return new Access.Identity.Anonymous();
    };
  }

  private static TopicOwners owners() {
    return new TopicOwners() {
      @Override
      public @Nullable DeviceId ownerOf(String topic) {
        return topic.equals("iot/breaker-001/raw") ? new DeviceId("breaker-001") : null;
      }

      @Override
      public @Nullable DeviceId ownerOfFilter(String filter) {
        return null;
      }
    };
  }

  @Test
  void answersWithTheEventIdOnlyAfterTheAppend() {
    log.hold();

    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request("/ingest", SENSOR), HttpResponse.BodyHandlers.ofString());

    Awaitility.await().until(() -> log.heldCount() == 1);
    assertThat(answer).isNotDone();
    log.release();
    assertThat(answer.join().statusCode()).isEqualTo(202);
    assertThat(answer.join().body())
        .contains("\"message\":\"Event stored + enqueued\"")
        .contains("\"event_id\":\"");
  }

  @Test
  void keepsTheBytesAsReceived() throws Exception {
    post("/ingest", SENSOR);

    assertThat(raw()).hasSize(1);
    assertThat(raw().getFirst().key()).isEqualTo("esp32-01");
    assertThat(new String(raw().getFirst().value(), StandardCharsets.UTF_8)).isEqualTo(SENSOR);
    assertThat(raw().getFirst().headers().text("path")).contains("/ingest");
  }

  @Test
  void takesTheSendersEventId() throws Exception {
    HttpResponse<String> answer = post("/ingest", with("\"event_id\": \"order-7\","));

    assertThat(answer.body()).contains("\"event_id\":\"order-7\"");
    assertThat(raw().getFirst().headers().text("event-id")).contains("order-7");
  }

  @Test
  void takesTheIdempotencyKeyAsEventId() throws Exception {
    HttpRequest keyed =
        HttpRequest.newBuilder(request("/ingest", SENSOR), (name, value) -> true)
            .header("Idempotency-Key", "key-1")
            .build();

    assertThat(send(keyed).body()).contains("\"event_id\":\"key-1\"");
  }

  @Test
  void namesEveryWrongField() throws Exception {
    HttpResponse<String> answer =
        post(
            "/ingest",
            "{\"device_id\": \"\", \"event_id\": 5, \"temperature\": \"warm\", \"timestamp\": \"soon\"}");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    for (String field : List.of("device_id", "event_id", "temperature", "timestamp", "humidity")) {
      assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
    }
    assertThat(raw()).isEmpty();
  }

  @Test
  void refusesNumbersThatAreNotFinite() throws Exception {
    for (String number : List.of("NaN", "Infinity", "-Infinity", "1e999")) {
      HttpResponse<String> answer = post("/ingest", SENSOR.replace("24.5", number));
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("\"field\":\"temperature\"", "must be a finite number");
    }
    HttpResponse<String> nested =
        post("/ingest", SENSOR.replace("24.5", "24.5,\"extra\":{\"inner\":[1,{\"deep\":NaN}]}"));
    assertThat(nested.statusCode()).isEqualTo(422);
    assertThat(nested.body()).contains("\"field\":\"extra.deep\"");
    assertThat(raw()).isEmpty();
  }

  @Test
  void refusesOtherEncodings() throws Exception {
    for (Charset other : List.of(StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE)) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/ingest"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofByteArray(SENSOR.getBytes(other)))
              .build();
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("not in UTF-8");
    }
  }

  @Test
  void refusesIdsOutsideTheAlphabet() throws Exception {
    for (String id : List.of("a b", "a/b", "#", "$SYS", "x".repeat(129), "é", "a\\u0000")) {
      assertThat(post("/ingest", SENSOR.replace("esp32-01", id)).statusCode()).isEqualTo(422);
    }
  }

  @Test
  void takesAnArrayWholeOrNotAtAll() throws Exception {
    String good = "[" + SENSOR + "," + SENSOR + "]";
    String bad = "[" + SENSOR + "," + SENSOR.replace("60.2", "null") + "]";

    assertThat(post("/ingest", bad).body()).contains("\"field\":\"[1].humidity\"");
    assertThat(raw()).isEmpty();
    assertThat(post("/ingest", good).body()).contains("\"accepted\":2");
    assertThat(raw()).hasSize(2);
  }

  @Test
  void takesNothingOfARequestWithAnEventTooLarge() throws Exception {
    String large = with("\"note\": \"" + "x".repeat(1_000) + "\",");

    assertThat(post("/ingest", "[" + SENSOR + "," + large + "]").statusCode()).isEqualTo(413);
    assertThat(send(lines(SENSOR, large)).statusCode()).isEqualTo(413);
    assertThat(raw()).isEmpty();
  }

  @Test
  void takesNothingOfARequestWithoutRoomForAll() throws Exception {
    String roomy = with("\"note\": \"" + "x".repeat(680) + "\",");
    log.hold();
    CompletableFuture<HttpResponse<String>> first =
        client.sendAsync(request("/ingest", SENSOR), HttpResponse.BodyHandlers.ofString());
    Awaitility.await().until(() -> log.heldCount() == 1);

    assertThat(post("/ingest", "[" + roomy + "," + roomy + "]").statusCode()).isEqualTo(503);
    assertThat(send(lines(roomy, roomy)).statusCode()).isEqualTo(503);
    log.release();

    assertThat(first.join().statusCode()).isEqualTo(202);
    assertThat(raw()).hasSize(1);
    assertThat(send(lines(roomy, roomy)).statusCode()).isEqualTo(202);
  }

  @Test
  void takesOneEventPerLine() throws Exception {
    assertThat(send(lines(SENSOR, SENSOR)).body()).contains("\"accepted\":2");
    assertThat(new String(raw().getLast().value(), StandardCharsets.UTF_8)).isEqualTo(SENSOR);
  }

  @Test
  void refusesTooManyEvents() throws Exception {
    String six = "[" + String.join(",", List.of("{}", "{}", "{}", "{}", "{}", "{}")) + "]";

    HttpResponse<String> answer = post("/ingest", six);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("more than 5 events");
  }

  @Test
  void refusesWhatIsNotJson() throws Exception {
    for (String body : List.of("", "{", "[]", "hello", SENSOR + "x", "{\"a\":1,\"a\":2}")) {
      assertThat(post("/ingest", body).statusCode()).as(body).isEqualTo(400);
    }
    assertThat(post("/ingest", "5").statusCode()).isEqualTo(422);
    assertThat(post("/ingest", "[".repeat(100)).statusCode()).isBetween(400, 422);
  }

  @Test
  void refusesOtherMediaTypes() throws Exception {
    HttpRequest form =
        builder("/ingest")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(SENSOR))
            .build();

    assertThat(send(form).statusCode()).isEqualTo(415);
  }

  @Test
  void refusesCompressedBodies() throws Exception {
    HttpRequest compressed =
        HttpRequest.newBuilder(request("/ingest", SENSOR), (name, value) -> true)
            .header("Content-Encoding", "gzip")
            .build();

    assertThat(send(compressed).statusCode()).isIn(400, 415);
    assertThat(raw()).isEmpty();
  }

  @Test
  void refusesLongBodiesWithAndWithoutALength() throws Exception {
    String big = SENSOR + " ".repeat(5_000);
    HttpRequest chunked =
        builder("/ingest")
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofInputStream(
                    () -> new java.io.ByteArrayInputStream(big.getBytes(StandardCharsets.UTF_8))))
            .build();

    assertThat(post("/ingest", big).statusCode()).isEqualTo(413);
    assertThat(send(chunked).statusCode()).isEqualTo(413);
  }

  @Test
  void asksADeviceOverItsShareToComeBackLater() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(post("/ingest", SENSOR).statusCode()).isEqualTo(202);
    }

    HttpResponse<String> answer = post("/ingest", SENSOR);

    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).contains("2");
  }

  @Test
  void saysNotNowWhenTheLogCannotBeWritten() throws Exception {
    log.failAppends();

    HttpResponse<String> answer = post("/ingest", SENSOR);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).contains("2");
  }

  @Test
  void letsADeviceSpeakOnlyForItself() throws Exception {
    assertThat(send(as("esp32-01", "right", SENSOR)).statusCode()).isEqualTo(202);
    assertThat(send(as("esp32-01", "wrong", SENSOR)).statusCode()).isEqualTo(401);
    assertThat(send(as("esp32-01", "right", SENSOR.replace("esp32-01", "esp32-02"))).statusCode())
        .isEqualTo(403);
  }

  @Test
  void takesADialectsTopicAsPath() throws Exception {
    HttpResponse<String> answer = post("/ingest/iot/breaker-001/raw", "anything");

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(raw().getFirst().key()).isEqualTo("breaker-001");
    assertThat(raw().getFirst().headers().text("path")).contains("iot/breaker-001/raw");
    assertThat(post("/ingest/who/knows", "anything").statusCode()).isEqualTo(404);
  }

  private HttpRequest as(String user, String password, String body) {
    String pair = user + ":" + password;
    String basic = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    return HttpRequest.newBuilder(request("/ingest", body), (name, value) -> true)
        .header("Authorization", "Basic " + basic)
        .build();
  }

  private static String with(String field) {
    return SENSOR.replaceFirst("\\{", "{" + field);
  }

  private List<LogRecord> raw() {
    return log.records(Topics.defaults().raw());
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return send(request(path, body));
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest lines(String... events) {
    return builder("/ingest")
        .header("Content-Type", "application/x-ndjson")
        .POST(HttpRequest.BodyPublishers.ofString(String.join("\n", events) + "\n"))
        .build();
  }

  private HttpRequest request(String path, String body) {
    return builder(path)
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private HttpRequest.Builder builder(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }
}
