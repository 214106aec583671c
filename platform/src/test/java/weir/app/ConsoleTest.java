package weir.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.fleet.Fleet;
import weir.fleet.FleetSettings;
import weir.fleet.Target;

/// The console in a real browser, against a platform with the demo's fleet.
class ConsoleTest {

  private static final String SMART_GRID = "91dd8f4d-350c-42a2-8c07-cc0e7ac7ad98";
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String TOKEN = "weir_console_test_token_0000";

  @TempDir static Path folder;

  private static Platform platform;
  private static Fleet fleet;
  private static ConsoleBrowser browser;
  private static Client client;
  private static String address = "";

  @BeforeAll
  static void start() {
    Map<String, String> flags =
        Map.of(
            "http.port", "0",
            "mqtt.port", "0",
            "mqtt.websocket-port", "0",
            "kafka.port", "0",
            "webhook.allow-loopback", "true",
            "admin-token", TOKEN);
    platform = Platform.start(PlatformSettings.bind(null, Map.of(), flags, folder));
    int mqttPort = platform.mqtt().orElseThrow().port();
    Target target = Target.local(mqttPort, platform.httpPort(), Optional.empty());
    fleet = new Fleet(FleetSettings.demo(target, Instant.now()));
    fleet.start();
    address = "http://127.0.0.1:" + platform.httpPort();
    client = new Client(address, TOKEN);
    browser = new ConsoleBrowser(address, TOKEN);
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
    client.close();
    fleet.close();
    platform.close();
  }

  @AfterEach
  void noPageComplains() {
    assertThat(browser.complaints()).isEmpty();
    browser.closePages();
  }

  @Test
  void asksForTheTokenAndKeepsItInACookieThatNoScriptReads() {
    Page page = browser.stranger(1280, ColorScheme.LIGHT);
    page.fill("#token", TOKEN);
    ConsoleBrowser.screenshot(page, "login");
    page.click("button.primary");

    assertThat(page.locator("h1")).hasText("Overview");
    Cookie cookie = page.context().cookies().getFirst();
    assertThat(cookie.httpOnly).isTrue();
    assertThat(cookie.sameSite).isEqualTo(SameSiteAttribute.STRICT);
    assertThat(page.evaluate("document.cookie")).isEqualTo("");
    page.click("[aria-label='Sign out']");
    assertThat(page.locator("#token")).isVisible();
    page.reload();
    assertThat(page.locator("#token")).isVisible();
  }

  @Test
  void showsTheFlowLive() {
    Page page = browser.at("/console/");

    Locator accepted = page.locator("[data-figure=raw] .big");
    assertThat(accepted).not().hasText("–");
    String before = accepted.textContent();
    assertThat(accepted).not().hasText(before, within(2_000));
    assertThat(page.locator("#pulse")).hasText("live");
    assertThat(page.locator(".messages li").first()).isVisible();
    assertThat(page.locator(".rank li").first()).isVisible();
    ConsoleBrowser.screenshot(page, "overview");
  }

  @Test
  void keepsTheWindowInTheAddress() {
    Page page = browser.at("/console/?minutes=30");

    assertThat(page.locator("[aria-label=Window] [aria-pressed=true]")).hasText("30 min");
    page.click("text=120 min");
    assertThat(page).hasURL(Pattern.compile(".*minutes=120"));
  }

  @Test
  void showsADeviceWithAHostileNameAsText() {
    String name = "<img src=x onerror=alert(1)>";
    ObjectNode device = new ObjectMapper().createObjectNode();
    device.put("id", "hostile-1").put("type", "sensor").put("name", name);
    device.put("location", "<script>alert(2)</script>");
    device.putObject("metadata").put("<b>", "</pre><img src=x onerror=alert(3)>");
    client.post("/api/devices", device);

    Page page = browser.at("/console/devices?q=hostile");
    assertThat(page.locator("table")).containsText(name);
    assertThat(page.locator("table")).containsText("<script>alert(2)</script>");
    page.click("text=hostile-1");
    assertThat(page.locator("h1")).hasText(name);
    page.click(".tabs >> text=Details");
    assertThat(page.locator("pre")).containsText("onerror=alert(3)");
    assertThat(page.locator("main img")).hasCount(0);
    ConsoleBrowser.screenshot(page, "device-hostile");
  }

  @Test
  void showsHostilePayloadsAsText() {
    String payload = "</pre><img src=x onerror=alert(1)>";
    publish("iot/breaker-011/raw", payload);
    String position = awaitLetter("breaker-011");

    Page page = browser.at("/console/dead-letters/" + position);
    assertThat(page.locator("textarea")).hasValue(payload);
    page.navigate(page.url().replaceAll("/dead-letters/.*", "/topics/iot.dlq?q=onerror"));
    page.locator(".records summary").first().click();
    assertThat(page.locator(".records pre")).containsText(payload);
    assertThat(page.locator("main img")).hasCount(0);
  }

  @Test
  void findsAndFiltersDevices() {
    Page page = browser.at("/console/devices");
    assertThat(page.locator("tbody tr").first()).isVisible();

    page.fill("#device-search", "breaker-00");
    assertThat(page.locator("tbody tr").first()).containsText("breaker-00");
    assertThat(page).hasURL(Pattern.compile(".*q=breaker-00"));
    page.selectOption("[aria-label='Device type']", "smart_meter");
    assertThat(page.locator(".empty-title")).hasText("No device matches.");
    ConsoleBrowser.screenshot(page, "devices-empty");
    page.fill("#device-search", "");
    assertThat(page.locator("tbody tr").first()).containsText("smart_meter");
    ConsoleBrowser.screenshot(page, "devices");
  }

  @Test
  void tellsWhoIsThere() {
    awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/devices?q=breaker-001");
    assertThat(page.locator("[data-state=online]").first()).isVisible();
    page.selectOption("[aria-label=Presence]", "offline");
    assertThat(page.locator(".page-head p")).containsText("offline");
    page.navigate(page.url().replaceAll("/devices.*", "/devices/breaker-001?tab=presence"));
    assertThat(page.locator("[aria-label=Presence]")).containsText("connected");
    ConsoleBrowser.screenshot(page, "presence");
  }

  @Test
  void drawsTheHistoryOfADevice() {
    awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/devices/breaker-001?metric=temperature&range=15m");

    assertThat(page.locator(".legend-item b")).containsText("°C");
    assertThat(page.locator("tr[aria-selected=true]")).containsText("temperature");
    ConsoleBrowser.screenshot(page, "device");
    page.click(".tabs >> text=Messages");
    assertThat(page.locator(".records li").first()).isVisible();
    page.click(".tabs >> text=Connect");
    assertThat(page.locator("code").first()).containsText("mosquitto_pub");
    assertThat(page.locator("code").nth(1)).containsText("curl");
  }

  @Test
  void browsesTopicsAndFollowsThemLive() {
    Page page = browser.at("/console/topics");
    assertThat(page.locator("[aria-label='Consumer groups'] tbody")).containsText("weir-pipeline");
    ConsoleBrowser.screenshot(page, "topics");
    page.locator("a >> text=iot.raw").click();
    assertThat(page.locator(".records li").first()).isVisible();
    page.fill("[aria-label='Search messages']", "breaker-003");
    page.press("[aria-label='Search messages']", "Enter");
    assertThat(page.locator(".records .r-key").first()).hasText("breaker-003");
    page.locator(".records summary").first().click();
    assertThat(page.locator(".payload pre")).containsText("\"device_id\"");
    ConsoleBrowser.screenshot(page, "topic");

    page.fill("[aria-label='Search messages']", "");
    page.press("[aria-label='Search messages']", "Enter");
    page.click("text=Live");
    assertThat(page.locator(".records li").first()).isVisible();
    assertThat(page).hasURL(Pattern.compile(".*live=1"));
  }

  @Test
  void repairsAndReplaysADeadLetter() {
    publish(
        "iot/breaker-012/raw",
        "{\"device_id\":\"breaker-012\",\"device_type\":\"smart_breaker\",\"measurements\":{\"frequency\":");
    String position = awaitLetter("breaker-012");
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
        .atMost(SOON)
        .until(
            () -> {
              page.click("text=Look again");
              return page.locator(".steps >> text=Stored").count() > 0;
            });
    assertThat(page.locator(".steps")).containsText("Decoded and enriched");
    ConsoleBrowser.screenshot(page, "event");
    assertThat(client.get("/api/dead-letters/" + position).path("replayed").asBoolean()).isTrue();
  }

  @Test
  void anApplicationSeesItsDeviceTypesOnly() {
    awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/applications/" + SMART_GRID);
    assertThat(page.locator("[data-figure=voltage] .big")).containsText("V");
    for (String title :
        new String[] {"Voltage", "Current", "Power", "Temperature", "All together"}) {
      assertThat(page.locator("section.card h2 >> text=" + title).first()).isVisible();
    }
    assertThat(page.locator(".messages li").nth(5)).isVisible();
    assertThat(page.locator(".m-device").allTextContents())
        .allSatisfy(device -> assertThat(device).contains("breaker"));
    ConsoleBrowser.screenshot(page, "smart-grid-monitor");

    JsonNode events = client.get("/api/applications/" + SMART_GRID + "/events?limit=200");
    assertThat(events.path("items"))
        .isNotEmpty()
        .allSatisfy(
            event -> assertThat(event.path("device_type").asText()).isEqualTo("smart_breaker"));
    assertThatThrownBy(
            () -> client.get("/api/applications/" + SMART_GRID + "/events?type=smart_meter"))
        .hasMessageContaining("not registered");
  }

  @Test
  void showsDeliveriesAndSendsATestEvent() throws IOException {
    HttpServer service =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        exchange -> {
          byte[] answer = "out of <b>order</b>".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(500, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    service.start();
    try {
      String id = subscribe("http://127.0.0.1:" + service.getAddress().getPort() + "/events");
      Awaitility.await()
          .atMost(SOON)
          .until(
              () -> !client.get("/api/applications/" + id + "/attempts").path("items").isEmpty());

      Page page = browser.at("/console/applications/" + id);
      Locator card = page.locator("[aria-label=Deliveries]");
      assertThat(card).containsText("Last error");
      card.locator("summary").first().click();
      assertThat(card.locator("pre").first()).containsText("out of <b>order</b>");
      card.locator("text=Send a test event").click();
      assertThat(page.locator(".toast").first()).containsText("Test event");
      card.locator("button >> text=Pause").click();
      assertThat(card.locator(".badge").first()).hasText("paused");
      ConsoleBrowser.screenshot(page, "deliveries");
      card.locator("tbody a").first().click();
      assertThat(page.locator(".steps")).containsText("Not delivered to Console test");
      ConsoleBrowser.screenshot(page, "event-deliveries");
    } finally {
      service.stop(0);
    }
  }

  @Test
  void anApplicationWithItsOwnTokenSeesItselfOnly() {
    ObjectMapper json = new ObjectMapper();
    String environment = "c4b8f7b2-0d1e-4a55-8a44-7d9d3c0a6e22";
    String key =
        client
            .post("/api/applications/" + environment + "/regenerate-key")
            .path("new_api_key")
            .asText();
    JsonNode token =
        client.post(
            "/token",
            json.createObjectNode().put("service_id", environment).put("service_key", key));
    Client application = new Client(address, token.path("access_token").asText());

    awaitValue("env-001", "temperature");
    assertThat(
            application
                .get("/api/applications/" + environment + "/monitor")
                .path("devices")
                .asLong())
        .isPositive();
    assertThat(application.get("/api/applications/" + environment + "/events").path("items"))
        .allSatisfy(
            event ->
                assertThat(event.path("device_type").asText()).isEqualTo("environmental_sensor"));
    for (String path :
        List.of(
            "/api/applications/" + SMART_GRID + "/monitor",
            "/api/applications/" + SMART_GRID + "/events",
            "/api/live/history",
            "/api/topics",
            "/api/system")) {
      assertThatThrownBy(() -> application.get(path)).hasMessageContaining("itself only");
    }
  }

  /// Registers a service and subscribes it to all breakers; returns its id.
  private static String subscribe(String url) {
    ObjectMapper json = new ObjectMapper();
    JsonNode made =
        client.post(
            "/register",
            json.createObjectNode().put("service_name", "Console test").put("callback_url", url));
    String id = made.path("service_id").asText();
    JsonNode token =
        client.post(
            "/token",
            json.createObjectNode()
                .put("service_id", id)
                .put("service_key", made.path("service_key").asText()));
    new Client(address, token.path("access_token").asText())
        .post(
            "/subscribe",
            json.createObjectNode().put("service_id", id).put("device_type", "smart_breaker"));
    return id;
  }

  @Test
  void tellsADeviceWhatToDo() {
    awaitValue("mock-hvac-001", "power");
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
    page.click("text=Start");
    assertThat(page.locator("h1 .badge")).hasText("running");
    assertThat(page.locator("[data-figure=devices] .big")).hasText("20");
    assertThat(page.locator("[data-figure=acknowledged] .big")).not().hasText("0");
    ConsoleBrowser.screenshot(page, "simulator");
    page.click("text=Stop and grade");
    assertThat(page.locator("[aria-label='The grade'] .badge")).hasText("PASSED", within(80_000));
    ConsoleBrowser.screenshot(page, "simulator-grade");
  }

  @Test
  void showsHealthAndMasksSecrets() {
    Page page = browser.at("/console/system");

    assertThat(page.locator("[aria-label=Health]").first()).containsText("pipeline");
    page.fill("[aria-label='Search settings']", "admin-token");
    assertThat(page.locator("[aria-label='Settings in force']")).containsText("••••");
    assertThat(page.content()).doesNotContain(TOKEN);
    ConsoleBrowser.screenshot(page, "system");
  }

  @Test
  void fitsANarrowScreen() {
    awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/", 390, ColorScheme.DARK);
    for (String path :
        List.of(
            "",
            "devices",
            "devices/breaker-001",
            "devices/breaker-001?tab=messages",
            "devices/breaker-001?tab=connect",
            "applications",
            "topics",
            "topics/iot.raw",
            "dead-letters",
            "simulator",
            "system")) {
      page.navigate(address + "/console/" + path);
      assertThat(
              page.locator("tbody tr, .records li, .messages li, code, .empty, .sliders").first())
          .isVisible();

      Object overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth");
      assertThat((int) overflow).as("pixels too wide at %s", path).isLessThanOrEqualTo(0);
      ConsoleBrowser.screenshot(page, "narrow-" + path.replaceAll("[^a-z]+", "-"));
    }
  }

  @Test
  void isLightAndQuick() {
    Page page = browser.at("/console/");
    Number bytes =
        (Number)
            page.evaluate(
                "performance.getEntriesByType('resource')"
                    + ".filter(each => !each.name.includes('/api/'))"
                    + ".reduce((sum, each) => sum + each.decodedBodySize, 0)");
    double millis =
        ((Number)
                page.evaluate(
                    "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"))
            .doubleValue();
    assertThat(bytes.intValue()).isBetween(20_000, 500_000);
    assertThat(millis).isLessThan(1_000);
  }

  @Test
  void aChangeNeedsTheCsrfToken() {
    Page page = browser.at("/console/");

    Object status =
        page.evaluate(
            "fetch('/api/session', {method: 'DELETE'}).then(response => response.status)");
    assertThat(status).isEqualTo(403);
    browser.forgive("403");
  }

  private static void publish(String topic, String payload) {
    Mqtt3BlockingClient mqtt =
        MqttClient.builder()
            .useMqttVersion3()
            .serverHost("127.0.0.1")
            .serverPort(platform.mqtt().orElseThrow().port())
            .buildBlocking();
    mqtt.connect();
    mqtt.publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send();
    mqtt.disconnect();
  }

  private static String awaitLetter(String device) {
    String path = "/api/dead-letters?replayed=false&device=" + device;
    Awaitility.await().atMost(SOON).until(() -> !client.get(path).path("items").isEmpty());
    return client.get(path).path("items").get(0).path("position").asText();
  }

  private static void awaitValue(String device, String metric) {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> client.get("/api/devices/" + device + "/latest").toString().contains(metric));
  }

  private static HasTextOptions within(double millis) {
    return new HasTextOptions().setTimeout(millis);
  }
}
