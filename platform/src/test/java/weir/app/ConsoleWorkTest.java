package weir.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Client;
import weir.testkit.Tool;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// What people do in the console, in a real browser.
class ConsoleWorkTest {

  private static final String RAW = "acme.raw";

  @TempDir static Path folder;

  private static ConsoleStage stage;
  private static ConsoleBrowser browser;
  private static Client client;

  private static WebhookReceiver refuser;
  private static String refused = "";

  @BeforeAll
  static void start() {
    stage = new ConsoleStage(folder, RAW);
    browser = stage.browser;
    client = stage.client;
    refuser = new WebhookReceiver(any -> Answer.of(400));
    refused = subscribe("Refuser", refuser.url());
    String inOrder = "{\"order\": \"device\"}";
    stage.test.send("PATCH", "/api/applications/" + refused + "/endpoint", inOrder);
  }

  @AfterAll
  static void stop() {
    refuser.close();
    stage.close();
  }

  @AfterEach
  void noPageComplains() {
    stage.clear();
  }

  @Test
  void repairsAndReplaysADeadLetter() {
    stage.publish(
        "iot/breaker-012/raw",
        "{\"device_id\":\"breaker-012\",\"device_type\":\"smart_breaker\",\"measurements\":{\"frequency\":");
    String position = stage.awaitLetter("breaker-012");
    Page page = browser.at("/console/dead-letters");
    assertThat(page.locator("tbody")).containsText("breaker-012");
    ConsoleBrowser.screenshot(page, "dead-letters");
    page.navigate(page.url() + "/" + position);
    ConsoleBrowser.screenshot(page, "dead-letter");
    page.fill(
        "textarea",
        "{\"device_id\":\"breaker-012\",\"device_type\":\"smart_breaker\",\"measurements\":{\"frequency\":{\"value\":50.5,\"unit\":\"Hz\"}}}");
    page.click("text=Replay repaired");

    assertThat(page.locator(".steps")).containsText("Set aside");
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(
            () -> {
              page.click("text=Look again");
              return page.locator(".steps >> text=Stored").count() > 0;
            });
    assertThat(steps(page))
        .containsExactly(
            "Accepted", "Set aside: unreadable", "Replayed", "Decoded and enriched", "Stored");
    assertThat(page.locator(".notice")).isHidden();
    ConsoleBrowser.screenshot(page, "event");
    assertThat(client.get("/api/dead-letters/" + position).path("replayed").asBoolean()).isTrue();
  }

  @Test
  void tellsTheEventsOfTwoDevicesApartThatUseOneId() {
    ObjectMapper json = new ObjectMapper();
    List<String> twins = List.of("twin-a", "twin-b");
    for (String twin : twins) {
      client.post("/api/devices", json.createObjectNode().put("id", twin).put("type", "sensor"));
      ObjectNode event = json.createObjectNode().put("device_id", twin).put("event_id", "twin-1");
      event.put("temperature", 20).put("humidity", 50).put("timestamp", "2026-02-01T12:00:00Z");
      client.post("/ingest", event);
    }
    twins.forEach(twin -> stage.awaitValue(twin, "temperature"));
    for (String twin : twins) {
      Page page = browser.at("/console/events/twin-1");
      assertThat(page.locator("main li a")).hasText(twins.toArray(String[]::new));
      ConsoleBrowser.screenshot(page, "event-choice");
      page.click("main li >> text=" + twin);
      assertThat(page.locator(".page-head p")).hasText("stored of " + twin);
      assertThat(steps(page)).containsExactly("Accepted", "Decoded and enriched", "Stored");
      assertThat(page.locator(".steps pre").last()).containsText("\"" + twin + "\"");
    }
  }

  /// What happened to an event before it was delivered.
  private static List<String> steps(Page page) {
    return page.locator(".steps summary b").allTextContents().stream()
        .filter(title -> !title.contains("Refuser") && !title.contains("Out of"))
        .toList();
  }

  @Test
  void showsThatAnEventWaitedForAReferenceAndCameAgain() {
    String device = "f2-e4fd45f654be";
    stage.publish("cmnd/" + device + "/alarm-mode/J1/late-sensor-1", "{\"status\":true}");
    String waiting = "/api/topics/iot.retry/messages?key=" + device;
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(() -> !client.get(waiting).path("items").isEmpty());
    String id = "";
    for (JsonNode header : client.get(waiting).path("items").get(0).path("headers")) {
      id = header.path("name").asText().equals("event-id") ? header.path("text").asText() : id;
    }
    Page page = browser.at("/console/events/" + id);
    assertThat(page.locator(".steps")).containsText("Waits for a reference");
    assertThat(steps(page)).containsExactly("Accepted", "Waits for a reference");

    client.post(
        "/api/decoding-parameters",
        new ObjectMapper()
            .createObjectNode()
            .put("device", device)
            .put("mode", "alarm-mode")
            .put("component_type", "late-sensor")
            .put("encoding", "boolean"));

    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .pollInSameThread()
        .until(
            () -> {
              page.click("text=Look again");
              return steps(page).contains("Stored");
            });
    assertThat(steps(page))
        .containsExactly(
            "Accepted", "Waits for a reference", "Tried again", "Decoded and enriched", "Stored");
    ConsoleBrowser.screenshot(page, "event-retried");
  }

  @Test
  void looksIntoALogWhoseTopicHasAnotherName() {
    stage.awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/devices/breaker-001?tab=messages");
    assertThat(page.locator("[aria-label='As received'] .records li").first()).isVisible();
    page.click("text=In the topic browser");
    assertThat(page.locator("h1")).hasText(RAW);
    assertThat(page.locator(".records .r-key").first()).hasText("breaker-001");
    page.click("nav >> text=Overview");
    assertThat(page.locator("[data-stage=Log]")).containsText(RAW);
  }

  @Test
  void showsDeliveriesAndSendsATestEvent() {
    try (WebhookReceiver service =
        new WebhookReceiver(any -> new Answer(500, Map.of(), "out of <b>order</b>"))) {
      String id = subscribe("Out of <b>order</b>", service.url());
      Awaitility.await()
          .atMost(ConsoleStage.SOON)
          .until(
              () -> !client.get("/api/applications/" + id + "/attempts").path("items").isEmpty());

      Page page = browser.at("/console/applications/" + id);
      Locator card = page.locator("[aria-label=Deliveries]");
      assertThat(card).containsText("Last error");
      card.locator("summary").first().click();
      assertThat(card.locator("pre").first()).containsText("out of <b>order</b>");
      card.locator("text=Send a test event").click();
      assertThat(page.locator(".toast").first()).containsText("Test event");
      assertThat(card.locator("details").first()).hasAttribute("open", "");
      card.locator("button >> text=Pause").click();
      assertThat(card.locator(".badge").first()).hasText("paused");
      ConsoleBrowser.screenshot(page, "deliveries");
      card.locator("button >> text=Resume").click();
      assertThat(card.locator(".badge").first()).hasText("active");
      card.locator("tbody a").first().click();
      assertThat(page.locator(".steps")).containsText("Not delivered to Out of <b>order</b>");
      ConsoleBrowser.screenshot(page, "event-deliveries");
    }
  }

  /// An endpoint in order parks what it refuses after 35 seconds, which pass while others
  /// run.
  @Test
  void redeliversWhatIsParked() {
    Page page = browser.at("/console/applications/" + refused);
    Locator card = page.locator("[aria-label=Deliveries]");
    Locator button = card.locator("text=Redeliver what is parked");
    assertThat(button).isVisible(new IsVisibleOptions().setTimeout(60_000));
    assertThat(card.locator("[aria-label='Open deliveries'] .badge").first()).hasText("parked");
    ConsoleBrowser.screenshot(page, "deliveries-parked");
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(
            () ->
                client.get("/api/applications/" + refused + "/endpoint").path("parked").asInt()
                    > 1);
    refuser.behave(any -> Answer.of(204));

    card.locator("[aria-label='Open deliveries'] button").first().click();
    assertThat(page.locator(".toast").last()).hasText("1 is sent again");
    button.click();

    assertThat(page.locator(".toast").last()).containsText("sent again");
    assertThat(button).isHidden();
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(
            () ->
                !client
                    .get("/api/applications/" + refused + "/attempts?outcome=delivered")
                    .path("items")
                    .isEmpty());
  }

  @Test
  void replaysManyOnlyAfterTheirNumberWasSeen() {
    for (int i = 0; i < 3; i++) {
      stage.publish("iot/breaker-014/raw", "not JSON " + i);
    }
    String filter = "/api/dead-letters/count?replayed=false&device=breaker-014";
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(() -> client.get(filter).path("count").asInt() == 3);
    Page page = browser.at("/console/dead-letters?device=breaker-014");

    page.click("text=Replay all of these");
    assertThat(page.locator("dialog")).containsText("3 messages go");
    ConsoleBrowser.screenshot(page, "dead-letters-replay");
    page.click("dialog >> text=Replay 3");

    assertThat(page.locator(".toast")).containsText("3 messages go");
    page.click("text=Replayed");
    assertThat(page.locator("tbody tr")).hasCount(3);
  }

  @Test
  void theLinesToCopyWorkAsTheyAre() throws IOException, InterruptedException {
    Path _ = Tool.find("mosquitto_pub");
    stage.awaitValue("breaker-001", "temperature");
    stage.awaitValue("esp32-01", "temperature");
    for (String device : List.of("breaker-001", "esp32-01")) {
      for (int line = 0; line < 2; line++) {
        Page page = browser.at("/console/devices/" + device + "?tab=connect");
        String command = page.locator("code").nth(line).textContent();
        String events = "/api/devices/" + device + "/events?limit=200";
        String mark = "copied-" + device + "-" + line;
        String marked =
            command.replaceFirst("\\{\"device_id\"", "{\"mark\":\"" + mark + "\",\"device_id\"");
        assertThat(marked).isNotEqualTo(command);

        Process shell = new ProcessBuilder("sh", "-c", marked).redirectErrorStream(true).start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(shell.waitFor()).as(said).isZero();
        Awaitility.await()
            .atMost(ConsoleStage.SOON)
            .until(() -> client.get(events).toString().contains(mark));
      }
    }
  }

  @Test
  void tellsADeviceWhatToDo() {
    stage.awaitValue("mock-hvac-001", "power");
    Page page = browser.at("/console/devices/mock-hvac-001?tab=commands");
    page.selectOption("[aria-label=Command]", "ping");
    page.click("form button >> text=Send");
    assertThat(page.locator("[aria-label=Commands] tbody tr").first()).containsText("ping");
    assertThat(page.locator("tbody .badge").first()).hasText("acknowledged");
    ConsoleBrowser.screenshot(page, "commands");
  }

  @Test
  void startsAFleetAndGradesThePlatform() {
    Page page = browser.at("/console/simulator");
    page.selectOption("[aria-label=Scenario]", "sensors");
    assertThat(page).hasURL(stage.address + "/console/simulator?scenario=sensors");
    page.reload();
    Locator sensors = page.locator("[name=sensors]");
    assertThat(sensors).hasValue("20");
    page.click("text=Start");
    assertThat(page.locator("h1 .badge")).hasText("running");
    page.navigate(stage.address + "/console/simulator");
    assertThat(sensors).hasValue("20");
    assertThat(sensors).isDisabled();
    page.locator("[name=speed]").fill("3");
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(() -> client.get("/api/simulation").path("speed").asInt() == 3);
    assertThat(page.locator("[data-figure=devices] .big")).hasText("20");
    assertThat(page.locator("[data-figure=acknowledged] .big")).not().hasText("0");
    ConsoleBrowser.screenshot(page, "simulator");
    page.click("text=Stop and grade");
    assertThat(page.locator("[aria-label='The grade'] .badge"))
        .hasText("PASSED", new HasTextOptions().setTimeout(80_000));
    ConsoleBrowser.screenshot(page, "simulator-grade");
  }

  @Test
  void triggersAnAnomaly() {
    stage.awaitValue("mock-hvac-001", "power");
    Page page = browser.at("/console/simulator");
    page.check("#mirror");
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(() -> client.get("/api/simulation").path("mirrors").path("connected").asInt() > 0);
    page.selectOption("[aria-label='Kind of anomaly']", "power_spike");
    page.click("text=Trigger");
    assertThat(page.locator(".toast")).containsText("power spike");
    assertThat(page.locator("[aria-label=Anomalies] tbody")).containsText("power spike");
    page.uncheck("#mirror");
    assertThat(page.locator("text=No device misbehaves now.")).isVisible();
  }

  @Test
  void findsMessagesByPlaceTimeAndHeaderAndSavesThem() throws IOException {
    Awaitility.await()
        .atMost(ConsoleStage.SOON)
        .until(() -> client.get("/api/books").at("/total/accepted").asLong() > 300);
    Page page = browser.at("/console/topics/" + RAW + "?from=offset&offset=0&partition=0");
    assertThat(page.locator(".records .mono.faint").first()).hasText("0@0");
    Locator rows = page.locator(".records li");
    page.selectOption("[aria-label=Start]", "time");
    page.fill("[aria-label=Time]", "2020-01-01T00:00:01");
    page.locator("[aria-label=Time]").blur();
    assertThat(page.locator(".records .mono.faint").first()).hasText("0@0");
    page.selectOption("[aria-label=Start]", "newest");
    page.selectOption("[aria-label=Partition]", "");
    page.fill("[aria-label='Search messages']", "mqtt");
    page.press("[aria-label='Search messages']", "Enter");
    page.selectOption("[aria-label='Search in']", "header");
    assertThat(rows.first()).isVisible();
    page.selectOption("[aria-label='Search in']", "key");
    assertThat(page.locator(".empty-title")).hasText("No message matches so far.");
    page.selectOption("[aria-label='Search in']", "header");
    assertThat(rows).hasCount(50);
    page.click(".records-foot button");
    assertThat(rows).hasCount(100);

    Path json = page.waitForDownload(() -> page.click("text=Save as JSON")).path();
    assertThat(new ObjectMapper().readTree(Files.readString(json)))
        .hasSize(100)
        .allSatisfy(item -> assertThat(item.path("topic").asText()).isEqualTo(RAW));
    Path csv = page.waitForDownload(() -> page.click("text=CSV")).path();
    assertThat(Files.readAllLines(csv)).hasSizeGreaterThan(100);
  }

  /// What is held back while a tail is paused, and what does not fit, adds up to what came.
  @Test
  void aPausedTailLosesNothingInSilence() {
    Page page = browser.at("/console/topics/" + RAW + "?live=1&key=burst-1");
    Locator told = page.locator(".card-head .num");
    assertThat(told).containsText("waiting");
    page.click("text=Pause");
    List<String> payloads = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      payloads.add("{\"device_id\":\"burst-1\",\"temperature\":" + i + "}");
    }
    stage.publish("iot/burst-1/raw", payloads);

    assertThat(told).containsText("held back");
    Awaitility.await().atMost(ConsoleStage.SOON).pollInSameThread().until(() -> sum(told) == 300);
    page.click("text=Go on");
    assertThat(told).not().containsText("held back");
    assertThat(sum(told)).isEqualTo(300);
    assertThat(page.locator(".records li").first()).isVisible();
  }

  private static int sum(Locator told) {
    return Pattern.compile("[0-9]+")
        .matcher(told.textContent())
        .results()
        .mapToInt(found -> Integer.parseInt(found.group()))
        .sum();
  }

  @Test
  void showsHostileMessagesLiveAsText() {
    String hostile = "<img src=x onerror=alert(1)>";
    Page page = browser.at("/console/devices/breaker-011?tab=messages&messages=raw");
    // What it says by itself shows that the stream has found the end of the log.
    assertThat(page.locator(".messages li").first())
        .isVisible(new IsVisibleOptions().setTimeout(20_000));
    stage.publish(
        "iot/breaker-011/raw", "{\"device_id\":\"breaker-011\",\"a\":\"" + hostile + "\"}");
    assertThat(page.locator(".messages")).containsText(hostile);
    stage.publish("strange/" + hostile, "nothing");
    page.navigate(stage.address + "/console/dead-letters?reason=UNKNOWN_TOPIC");
    assertThat(page.locator("tbody")).containsText("strange/" + hostile);
    assertThat(page.locator("main img")).hasCount(0);
  }

  @Test
  void showsHostilePayloadsAsText() {
    String payload = "</pre><img src=x onerror=alert(1)>";
    stage.publish("iot/breaker-011/raw", payload);
    String position = stage.awaitLetter("breaker-011");

    Page page = browser.at("/console/dead-letters/" + position);
    assertThat(page.locator("textarea")).hasValue(payload);
    page.navigate(page.url().replaceAll("/dead-letters/.*", "/topics/iot.dlq?q=onerror"));
    page.locator(".records summary").first().click();
    assertThat(page.locator(".records pre")).containsText(payload);
    assertThat(page.locator("main img")).hasCount(0);
  }

  /// Registers a service and subscribes it to all breakers; returns its id.
  private static String subscribe(String name, String url) {
    ObjectMapper json = new ObjectMapper();
    JsonNode made =
        client.post(
            "/register",
            json.createObjectNode().put("service_name", name).put("callback_url", url));
    String id = made.path("service_id").asText();
    JsonNode token =
        client.post(
            "/token",
            json.createObjectNode()
                .put("service_id", id)
                .put("service_key", made.path("service_key").asText()));
    try (Client service = new Client(stage.address, token.path("access_token").asText())) {
      service.post(
          "/subscribe",
          json.createObjectNode().put("service_id", id).put("device_type", "smart_breaker"));
    }
    return id;
  }
}
