package weir.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import weir.app.cli.Client;

/// The console in a real browser, against a platform with the demo's fleet.
class ConsoleTest extends ConsoleScene {

  private static final Set<String> LIGHT_AND_NARROW =
      Set.of("", "devices/breaker-001", "applications", "simulator");

  @Test
  void asksForTheTokenAndKeepsItInACookieThatNoScriptReads() {
    Page page = browser.stranger(1280, ColorScheme.LIGHT);
    page.fill("#token", TestPlatform.TOKEN);
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
  void keepsHiddenLinesTabsAndColoursOverAReload() {
    stage.awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/applications/" + ConsoleStage.SMART_GRID);
    page.click("text=60 min");
    Locator line =
        page.locator("[aria-label=Voltage] .legend-item, [aria-label^='Voltage in'] .legend-item")
            .first();
    line.click();
    assertThat(page).hasURL(Pattern.compile(".*hide-voltage=.*"));
    page.click("[aria-label='Light or dark']");
    page.reload();
    assertThat(line).hasAttribute("aria-pressed", "false");
    assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
    page.click(".tabs >> text=Energy Analytics");
    assertThat(page.locator("[aria-label=Window] [aria-pressed=true]")).hasText("60 min");

    page.navigate(stage.address + "/console/devices/breaker-001?range=6h&aggregate=max");
    page.click(".tabs >> text=Details");
    assertThat(page.locator(".facts")).containsText("smart_breaker");
    page.click(".tabs >> text=Values");
    assertThat(page.locator("[aria-label=Range] [aria-pressed=true]")).hasText("6h");
    page.locator(".legend-item").click();
    page.reload();
    assertThat(page.locator(".legend-item")).hasAttribute("aria-pressed", "false");
  }

  @Test
  void pagesThroughDevices() {
    Page page = browser.at("/console/devices");
    String first = page.locator("tbody a").first().textContent();
    page.click("text=Next");
    assertThat(page.locator(".pager")).containsText("Page 2 of");
    assertThat(page.locator("tbody a").first()).not().hasText(first);
    page.reload();
    assertThat(page.locator(".pager")).containsText("Page 2 of");
    page.goBack();
    assertThat(page.locator("tbody a").first()).hasText(first);
  }

  @Test
  void showsADeviceWithAHostileNameAsText() {
    String name = "<img src=x onerror=alert(1)>";
    ObjectNode owner = new ObjectMapper().createObjectNode();
    owner.put("id", "hostile-owner").put("name", "<b>Somebody</b>").put("email", "a@example.org");
    ObjectNode device = new ObjectMapper().createObjectNode();
    device.put("id", "hostile-1").put("type", "sensor").put("name", name);
    device.put("location", "<script>alert(2)</script>");
    device.put("owner", "hostile-owner");
    client.post("/api/owners", owner);
    device.putObject("metadata").put("<b>", "</pre><img src=x onerror=alert(3)>");
    client.post("/api/devices", device);

    Page page = browser.at("/console/devices?q=hostile");
    assertThat(page.locator("table")).containsText(name);
    assertThat(page.locator("table")).containsText("<script>alert(2)</script>");
    page.click("text=hostile-1");
    assertThat(page.locator("h1")).hasText(name);
    page.click(".tabs >> text=Details");
    assertThat(page.locator("pre")).containsText("onerror=alert(3)");
    assertThat(page.locator(".facts")).containsText("<b>Somebody</b>");
    assertThat(page.locator(".facts")).containsText("a@example.org");
    assertThat(page.locator("main img")).hasCount(0);
    ConsoleBrowser.screenshot(page, "device-hostile");
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
    stage.awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/devices?q=breaker-001");
    assertThat(page.locator("[data-state=online]").first()).isVisible();
    page.selectOption("[aria-label=Presence]", "offline");
    assertThat(page.locator(".page-head p")).containsText("offline");
    assertThat(page.locator(".empty-title")).hasText("No device matches.");
    page.selectOption("[aria-label=Presence]", "online");
    assertThat(page.locator("tbody tr")).hasCount(1);
    assertThat(page.locator("tbody tr")).containsText("breaker-001");
    page.navigate(page.url().replaceAll("/devices.*", "/devices/breaker-001?tab=presence"));
    assertThat(page.locator("[aria-label=Presence]")).containsText("connected");
    assertThat(page.locator("[aria-label='Changes of presence'] tbody")).containsText("online");
    ConsoleBrowser.screenshot(page, "presence");
  }

  @Test
  void drawsTheHistoryOfADevice() {
    stage.awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/devices/breaker-001?metric=temperature&range=15m");

    assertThat(page.locator(".legend-item b")).containsText("°C");
    assertThat(page.locator("tr[aria-selected=true]")).containsText("temperature");
    ConsoleBrowser.screenshot(page, "device");
    page.click(".tabs >> text=Messages");
    assertThat(page.locator(".records li").first()).isVisible();
  }

  @Test
  void browsesTopicsAndFollowsThemLive() {
    Page page = browser.at("/console/topics");
    Locator pipeline =
        page.locator("[aria-label='Consumer groups'] tbody tr >> text=weir-pipeline");
    assertThat(pipeline.locator("xpath=ancestor::tr").locator(".members"))
        .containsText(Pattern.compile("weir-pipeline.* at 127\\.0\\.0\\.1 · iot\\.raw 0"));
    assertThat(page.locator("[aria-label=Topics] tbody tr >> text=7 days").first()).isVisible();
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
  void anApplicationSeesItsDeviceTypesOnly() {
    stage.awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/applications/" + ConsoleStage.SMART_GRID);
    assertThat(page.locator("[data-figure=voltage] .big")).containsText("V");
    for (String title :
        new String[] {"Voltage", "Current", "Power", "Temperature", "All together"}) {
      assertThat(page.locator("section.card h2 >> text=" + title).first()).isVisible();
    }
    assertThat(page.locator(".messages li").nth(5)).isVisible();
    assertThat(page.locator(".m-device").allTextContents())
        .allSatisfy(device -> assertThat(device).contains("breaker"));
    ConsoleBrowser.screenshot(page, "smart-grid-monitor");

    JsonNode events =
        client.get("/api/applications/" + ConsoleStage.SMART_GRID + "/events?limit=200");
    assertThat(events.path("items"))
        .isNotEmpty()
        .allSatisfy(
            event -> assertThat(event.path("device_type").asText()).isEqualTo("smart_breaker"));
    assertThatThrownBy(
            () ->
                client.get(
                    "/api/applications/" + ConsoleStage.SMART_GRID + "/events?type=smart_meter"))
        .hasMessageContaining("not registered");
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
    Client application = new Client(stage.address, token.path("access_token").asText());

    stage.awaitValue("env-001", "temperature");
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
            "/api/applications/" + ConsoleStage.SMART_GRID + "/monitor",
            "/api/applications/" + ConsoleStage.SMART_GRID + "/events",
            "/api/live/history",
            "/api/topics",
            "/api/system")) {
      assertThatThrownBy(() -> application.get(path)).hasMessageContaining("itself only");
    }
  }

  @Test
  void showsHealthAndMasksSecrets() {
    Page page = browser.at("/console/system");

    assertThat(page.locator("[aria-label=Health]").first()).containsText("pipeline");
    page.fill("[aria-label='Search settings']", "admin-token");
    assertThat(page.locator("[aria-label='Settings in force']")).containsText("••••");
    assertThat(page.content()).doesNotContain(TestPlatform.TOKEN);
    ConsoleBrowser.screenshot(page, "system");
  }

  /// Every screen in both colours and both widths; the pictures are to be looked at.
  @Test
  void fitsEveryScreen() {
    stage.awaitValue("breaker-001", "temperature");
    stage.publish("iot/breaker-015/raw", "not JSON");
    String letter = "dead-letters/" + stage.awaitLetter("breaker-015");
    String event =
        client
            .get("/api/devices/breaker-001/events")
            .path("items")
            .get(0)
            .path("event_id")
            .asText();
    Page narrow = browser.at("/console/", 390, ColorScheme.DARK);
    Page wide = browser.at("/console/", 1280, ColorScheme.DARK);
    for (String path :
        List.of(
            "",
            "devices",
            "devices/breaker-001",
            "devices/breaker-001?tab=messages",
            "devices/breaker-001?tab=commands",
            "devices/breaker-001?tab=presence",
            "devices/breaker-001?tab=connect",
            "devices/breaker-001?tab=details",
            "applications",
            "applications/endpoints",
            "topics",
            "topics/iot.raw",
            "dead-letters",
            letter,
            "events/" + event,
            "events/nobody-knows-it",
            "simulator",
            "system")) {
      String name = path.replace(event, "").replaceAll("[^a-z]+", "-");
      for (Page page : List.of(narrow, wide)) {
        page.navigate(stage.address + "/console/" + path);
        assertThat(
                page.locator(
                        "tbody tr, .records li, .messages li, .facts, .steps, code, .empty,"
                            + " .sliders")
                    .first())
            .isVisible();
        Object overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth");
        assertThat(page.locator(".empty.bad")).hasCount(0);
        assertThat((int) overflow).as("pixels too wide at %s", path).isLessThanOrEqualTo(0);
        ConsoleBrowser.screenshot(page, (page == narrow ? "narrow-" : "dark-") + name);
      }
      if (LIGHT_AND_NARROW.contains(path)) {
        narrow.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        ConsoleBrowser.screenshot(narrow, "narrow-light-" + name);
        narrow.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
      }
    }
    browser.forgive("404");
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
    assertThat(bytes.intValue()).isBetween(20_000, 500_000);
    double quickest = Double.MAX_VALUE;
    for (int load = 0; load < 10 && quickest >= 1_000; load++) {
      browser.closePages();
      Page fresh = browser.at("/console/");
      Object shown =
          fresh
              .waitForFunction(
                  "() => /[0-9]/.test(document.querySelector('[data-figure=raw] .big')"
                      + "?.textContent ?? '') && performance.now()")
              .jsonValue();
      quickest = Math.min(quickest, ((Number) shown).doubleValue());
    }
    assertThat(quickest).as("milliseconds to the first view").isLessThan(1_000);
  }

  @Test
  void runsNoScriptButItsOwn() {
    Page page = browser.at("/console/system");
    Response document = page.navigate(stage.address + "/console/system");
    assertThat(document.headerValue("content-security-policy"))
        .contains("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'");

    page.evaluate(
        "() => { const script = document.createElement('script');"
            + " script.append(document.createTextNode('window.ran = true'));"
            + " try { document.head.append(script); } catch (refused) { } }");

    assertThat(page.evaluate("window.ran")).isNull();
    browser.forgive("Content Security Policy");
    browser.forgive("TrustedScript");
  }

  @Test
  void onePageNeedsOneStream() {
    Page page = browser.at("/console/system");
    List<String> streams = new ArrayList<>();
    page.onRequest(
        request -> {
          if (request.resourceType().equals("eventsource")) {
            streams.add(request.url());
          }
        });

    page.navigate(stage.address + "/console/");
    assertThat(page.locator(".messages li").first()).isVisible();
    assertThat(page.locator("[data-figure=raw] .big")).not().hasText("–");

    assertThat(streams).hasSize(1);
    assertThat(page.locator("#pulse")).hasText("live");
  }

  @Test
  void canBeWorkedByKeyboardAlone() {
    Page page = browser.at("/console/");
    page.keyboard().press("Tab");
    assertThat(page.locator(".skip")).isFocused();
    page.keyboard().press("Enter");
    assertThat(page.locator("main")).isFocused();
    assertThat(page).hasURL(stage.address + "/console/");

    page.locator("nav [data-place=devices]").focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("h1")).hasText("Devices");
    assertThat(page.locator("main")).isFocused();
    page.keyboard().press("/");
    assertThat(page.locator("#device-search")).isFocused();
    page.keyboard().type("breaker-001");
    assertThat(page.locator("tbody tr")).hasCount(1);
    page.locator("tbody a").focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("h1")).hasText("Breaker 001");
    page.goBack();
    assertThat(page.locator("#device-search")).hasValue("breaker-001");
  }

  @Test
  void theChartTellsItsValuesToTheKeyboard() {
    stage.awaitValue("breaker-001", "temperature");
    Page page = browser.at("/console/devices/breaker-001?metric=temperature&range=2h&from=never");
    assertThat(page.locator("[aria-label=Range] [aria-pressed=true]")).hasText("1h");
    assertThat(page.locator(".chart-stats").first()).containsText("mean");
    page.locator("canvas").focus();
    page.keyboard().press("ArrowLeft");
    assertThat(page.locator(".chart-time")).containsText(":");
    page.keyboard().press("+");
    assertThat(page).hasURL(Pattern.compile(".*from=20.*"));
  }

  @Test
  void aPublishedMessageIsSeenWithinTwoSeconds() {
    Page page = browser.at("/console/topics/iot.enriched?live=1&q=quick-1");
    assertThat(page.locator("#pulse")).hasText("live");
    assertThat(page.locator(".card-head .num")).containsText("waiting");

    long quickest = Long.MAX_VALUE;
    for (int shown = 1; shown <= 3 && quickest >= 2_000_000_000L; shown++) {
      long before = System.nanoTime();
      stage.publish("iot/quick-1/raw", "{\"device_id\":\"quick-1\",\"temperature\":21.5}");
      assertThat(page.locator(".records li")).hasCount(shown);
      quickest = Math.min(quickest, System.nanoTime() - before);
    }
    assertThat(quickest).isLessThan(2_000_000_000L);
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

  private static HasTextOptions within(double millis) {
    return new HasTextOptions().setTimeout(millis);
  }
}
