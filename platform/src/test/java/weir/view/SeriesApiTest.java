package weir.view;

import static org.assertj.core.api.Assertions.assertThat;
import static weir.series.EventSamples.NOON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.event.Event;
import weir.event.EventId;
import weir.event.Reading;
import weir.series.EventSamples;
import weir.series.StoreLimits;
import weir.series.questdb.QuestDbSettings;
import weir.series.questdb.QuestDbStore;
import weir.testkit.OpenApiCheck;

/// The query interface over a real store and a real web server. Every answer is held against the
/// OpenAPI document.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeriesApiTest {

  private static final String LATEST = "/api/devices/{id}/latest";
  private static final String READINGS = "/api/devices/{id}/readings";
  private static final String DEVICE_EVENTS = "/api/devices/{id}/events";
  private static final String EVENTS = "/api/events";
  private static final String EVENT = "/api/events/{event_id}";
  private static final String SENSORS = "/events/db";
  private static final String HOURLY = "/api/stats/hourly";

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();
  private final OpenApiCheck check = new OpenApiCheck();
  private QuestDbStore store;
  private WebServer server;

  @BeforeAll
  void start(@TempDir Path directory) {
    InstantSource clock = InstantSource.fixed(NOON);
    store =
        new QuestDbStore(
            QuestDbSettings.in(directory),
            StoreLimits.defaults(),
            clock,
            type -> Duration.ofDays(30));
    store.write(samples());
    assertThat(store.awaitQueryable(Duration.ofSeconds(30))).isTrue();
    HttpRouting.Builder routing = HttpRouting.builder();
    Problems.install(routing);
    routing.register(
        new ReadingApi(store, clock), new EventApi(store), new DocsApi(OpenApiDocument.load()));
    server = WebServer.builder().host("127.0.0.1").port(0).routing(routing).build().start();
  }

  private static List<Event> samples() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      String id = i == 119 ? "twin" : "s-" + i;
      events.add(sensor(id, NOON.minusSeconds(60L * (i + 1)), i));
    }
    List<Reading> readings =
        List.of(
            new Reading.Textual("state", "=on,\"x\"", ""), new Reading.Numeric("power", 3, "W"));
    events.add(
        EventSamples.event("twin", "plug", "plug", "energy", NOON.minusSeconds(5), readings));
    events.add(twins("t-1", 7_300));
    events.add(twins("t-2", 7_290));
    return events;
  }

  private static Event twins(String id, int secondsAgo) {
    List<Reading> both =
        List.of(
            new Reading.Numeric("twin", 1, "A"),
            new Reading.Numeric("twin", 2, "B"),
            new Reading.Textual("gone", "", ""));
    return EventSamples.event(id, "twins", "twins", "energy", NOON.minusSeconds(secondsAgo), both);
  }

  private static Event sensor(String id, java.time.Instant time, double celsius) {
    Event event = EventSamples.temperature(id, "esp32-01", time, celsius);
    String body = "{\"device_id\":\"esp32-01\",\"temperature\":" + celsius + ",\"humidity\":60.5}";
    return new Event(
        new EventId(id),
        event.device(),
        event.type(),
        event.family(),
        event.kind(),
        event.time(),
        event.receivedAt(),
        event.readings(),
        body.getBytes(StandardCharsets.UTF_8));
  }

  @AfterAll
  void stop() {
    server.stop();
    store.close();
  }

  private HttpResponse<String> send(String path, String template, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    check.check(
        "GET",
        template,
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body().getBytes(StandardCharsets.UTF_8));
    return response;
  }

  private JsonNode get(String path, String template) throws IOException, InterruptedException {
    HttpResponse<String> response = send(path, template);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json.readTree(response.body());
  }

  @Test
  void latestHasNumbersAndTexts() throws Exception {
    JsonNode answer = get("/api/devices/plug/latest", LATEST);

    assertThat(answer.at("/items/0/metric").asText()).isEqualTo("power");
    assertThat(answer.at("/items/0/value").asDouble()).isEqualTo(3);
    assertThat(answer.at("/items/0/unit").asText()).isEqualTo("W");
    assertThat(answer.at("/items/1/value").asText()).isEqualTo("=on,\"x\"");
    assertThat(get("/api/devices/nobody/latest", LATEST).path("items")).isEmpty();
  }

  @Test
  void aTextThatIsGoneIsNull() throws Exception {
    JsonNode gone = get("/api/devices/twins/latest", LATEST).at("/items/0");

    assertThat(gone.path("metric").asText()).isEqualTo("gone");
    assertThat(gone.path("value").isNull()).isTrue();
    assertThat(gone.path("time").asText()).isEqualTo(NOON.minusSeconds(7_290).toString());
  }

  @ParameterizedTest
  @CsvSource({"1,3", "2,2", "3,2", "4,1"})
  void pagesOfReadingsKeepThoseOfOneTimeTogether(int limit, int pages) throws Exception {
    String path = "/api/devices/twins/readings?metric=twin&limit=" + limit;
    List<Double> values = new ArrayList<>();
    JsonNode page = get(path, READINGS);
    for (int i = 1; i < pages; i++) {
      page.path("items").forEach(item -> values.add(item.path("value").asDouble()));
      page = get(path + "&from=" + page.path("next_from").asText(), READINGS);
    }
    page.path("items").forEach(item -> values.add(item.path("value").asDouble()));

    assertThat(page.path("next_from").isNull()).isTrue();
    assertThat(values).containsExactlyInAnyOrder(1.0, 2.0, 1.0, 2.0);
  }

  @Test
  void readingsComeAsTheyAreAndSayWhereToGoOn() throws Exception {
    String path = "/api/devices/esp32-01/readings?metric=temperature&limit=100";
    JsonNode first = get(path, READINGS);
    String next = first.path("next_from").asText();
    JsonNode second = get(path + "&from=" + next, READINGS);

    assertThat(first.path("items")).hasSize(100);
    assertThat(second.path("items")).hasSize(20);
    assertThat(second.at("/items/19/value").asDouble()).isZero();
    assertThat(second.path("next_from").isNull()).isTrue();
  }

  @Test
  void readingsAreCombinedBySteps() throws Exception {
    JsonNode answer =
        get(
            "/api/devices/esp32-01/readings?metric=temperature&step=1h&aggregate=max"
                + "&from=2026-03-01T10:00:00Z&to=2026-03-01T13:00:00%2B01:00",
            READINGS);

    assertThat(answer.path("items")).hasSize(2);
    assertThat(answer.at("/items/1/time").asText()).isEqualTo("2026-03-01T11:00:00Z");
    assertThat(answer.at("/items/1/value").asDouble()).isEqualTo(59);
    assertThat(answer.at("/items/1/count").asInt()).isEqualTo(60);
  }

  @Test
  void exportsReadingsAsCsvThatASpreadsheetDoesNotRun() throws Exception {
    HttpResponse<String> answer =
        send("/api/devices/plug/readings?metric=state", READINGS, "Accept", "text/csv");

    assertThat(answer.body())
        .isEqualTo(
            "time,device_id,metric,value,unit\r\n"
                + "2026-03-01T11:59:55Z,plug,state,\"'=on,\"\"x\"\"\",\r\n");
  }

  @Test
  void exportsEveryRowOfAllPages() throws Exception {
    HttpResponse<String> events = send("/api/events?format=csv", EVENTS);
    HttpResponse<String> readings =
        send("/api/devices/esp32-01/readings?metric=temperature&format=csv", READINGS);
    HttpResponse<String> hours = send("/api/stats/hourly?device=esp32-01&format=csv", HOURLY);

    assertThat(events.body().lines()).hasSize(124);
    assertThat(readings.body().lines()).hasSize(121);
    assertThat(hours.body().lines()).hasSize(3);
  }

  @Test
  void eventsAreFilteredAndPaged() throws Exception {
    JsonNode first = get("/api/events?limit=100&family=http", EVENTS);
    String cursor = first.path("next_cursor").asText();
    JsonNode second = get("/api/events?limit=100&family=http&cursor=" + cursor, EVENTS);

    assertThat(first.at("/items/0/event_id").asText()).isEqualTo("s-0");
    assertThat(first.at("/items/0/event/humidity").asDouble()).isEqualTo(60.5);
    assertThat(second.path("items")).hasSize(20);
    assertThat(second.path("next_cursor").isNull()).isTrue();
    assertThat(get("/api/events?type=plug", EVENTS).path("items")).hasSize(1);
    assertThat(get("/api/events?device=plug&kind=status", EVENTS).path("items")).isEmpty();
    assertThat(get("/api/devices/plug/events", DEVICE_EVENTS).path("items")).hasSize(1);
    long to = NOON.minusSeconds(5).toEpochMilli();
    assertThat(get("/api/events?limit=1&to=" + to, EVENTS).at("/items/0/event_id").asText())
        .isEqualTo("s-0");
  }

  @Test
  void oneEventIsFoundByItsId() throws Exception {
    assertThat(get("/api/events/s-0", EVENT).path("device_type").asText()).isEqualTo("sensor");
    assertThat(send("/api/events/none", EVENT).statusCode()).isEqualTo(404);
    assertThat(send("/api/events/s-0?device=plug", EVENT).statusCode()).isEqualTo(404);
  }

  @Test
  void anIdThatTwoDevicesUseNeedsTheDevice() throws Exception {
    HttpResponse<String> answer = send("/api/events/twin", EVENT);

    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(json.readTree(answer.body()).path("detail").asText()).endsWith("plug, esp32-01");
    for (String device : List.of("plug", "esp32-01")) {
      assertThat(get("/api/events/twin?device=" + device, EVENT).path("device_id").asText())
          .isEqualTo(device);
    }
  }

  @Test
  void sensorEventsHaveTheShortForm() throws Exception {
    JsonNode rows = get("/events/db", SENSORS);

    assertThat(rows).hasSize(50);
    assertThat(rows.get(0).toString())
        .isEqualTo(
            "{\"event_id\":\"s-0\",\"device_id\":\"esp32-01\",\"temperature\":0.0,"
                + "\"humidity\":60.5,\"timestamp\":\"2026-03-01T11:59:00Z\"}");
    assertThat(get("/events/db?limit=3", SENSORS)).hasSize(3);
  }

  @Test
  void hoursHaveTheirStatistics() throws Exception {
    JsonNode answer = get("/api/stats/hourly?device=esp32-01&metric=temperature", HOURLY);

    assertThat(answer.at("/items/1/hour").asText()).isEqualTo("2026-03-01T11:00:00Z");
    assertThat(answer.at("/items/1/avg").asDouble()).isEqualTo(29.5);
    assertThat(answer.at("/items/1/min").asDouble()).isZero();
    assertThat(answer.at("/items/1/max").asDouble()).isEqualTo(59);
    assertThat(answer.at("/items/1/count").asInt()).isEqualTo(60);
  }

  @ParameterizedTest
  @CsvSource({
    "/events/db?limit=0, /events/db, limit",
    "/events/db?limit=1001, /events/db, limit",
    "/events/db?limit=ten, /events/db, limit",
    "/events/db?limt=10, /events/db, limt",
    "/api/events?from=yesterday, /api/events, from",
    "/api/events?from=2026-03-02T00:00:00, /api/events, from",
    "/api/events?device=a%20b, /api/events, device",
    "/api/events?cursor=abc, /api/events, cursor",
    "/api/events?format=xml, /api/events, format",
    "/api/events?from=2&to=1, /api/events, from",
    "/api/devices/a/latest?x=1, /api/devices/{id}/latest, x",
    "/api/devices/a/readings, /api/devices/{id}/readings, metric",
    "/api/devices/a/readings?metric=m&step=0s, /api/devices/{id}/readings, step",
    "/api/devices/a/readings?metric=m&step=1s, /api/devices/{id}/readings, step",
    "/api/devices/a/readings?metric=m&step=PT1.5S, /api/devices/{id}/readings, step",
    "/api/devices/a/readings?metric=m&aggregate=avg, /api/devices/{id}/readings, aggregate",
    "/api/devices/a/readings?metric=m&step=1h&aggregate=p99, /api/devices/{id}/readings, aggregate",
    "/api/stats/hourly, /api/stats/hourly, device",
  })
  void namesTheWrongParameter(String path, String template, String field) throws Exception {
    HttpResponse<String> answer = send(path, template);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(json.readTree(answer.body()).at("/errors/0/field").asText()).isEqualTo(field);
  }

  @Test
  void textsInParametersAreOnlyTexts() throws Exception {
    String path = "/api/events?type=%27%20or%201%3D1%20--";

    assertThat(get(path, EVENTS).path("items")).isEmpty();
    assertThat(get("/api/devices/a/readings?metric=%27%29%3B--", READINGS).path("items")).isEmpty();
  }

  @Test
  void describesItselfAsJsonAndYaml() throws Exception {
    assertThat(get("/openapi", "/openapi").path("openapi").asText()).isEqualTo("3.1.0");
    assertThat(send("/openapi", "/openapi", "Accept", "application/yaml").body())
        .startsWith("openapi:");
  }

  @Test
  void theDocumentationPageRunsOnlyItsOwnScripts() throws Exception {
    URI page = URI.create("http://127.0.0.1:" + server.port() + "/docs/");
    HttpResponse<String> answer =
        client.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());

    assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
    assertThat(answer.body()).doesNotContain("<script>").doesNotContain("http://");
    for (String file : List.of("swagger-ui-bundle.js", "swagger-ui.css", "docs.js", "docs.css")) {
      HttpRequest request = HttpRequest.newBuilder(page.resolve(file)).build();
      assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(200);
    }
    HttpRequest outside = HttpRequest.newBuilder(page.resolve("index.css")).build();
    assertThat(client.send(outside, HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(404);
  }
}
