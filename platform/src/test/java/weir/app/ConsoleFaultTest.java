package weir.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.IsHiddenOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.Cookie;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The console while something goes wrong: with the server, the log, the session or a message.
class ConsoleFaultTest extends ConsoleScene {

  private static final int SOON_MILLIS = 30_000;

  private static void answer(Route route, String mediaType, String body) {
    route.fulfill(
        new Route.FulfillOptions()
            .setHeaders(Map.of("Content-Type", mediaType))
            .setStatus(200)
            .setBody(body));
  }

  @Test
  void aPageGoesOnAfterSomethingElseAnswered() {
    Page page = browser.at("/console/devices?q=after-html");
    assertThat(page.locator(".empty-title")).hasText("No device matches.");
    Pattern devices = Pattern.compile("/api/devices\\?");
    page.route(devices, route -> answer(route, "text/html", "<h1>A proxy</h1>"));
    assertThat(page.locator("#pulse")).hasText("reconnecting");

    client.post("/api/devices", device("after-html"));
    page.unroute(devices);

    assertThat(page.locator("tbody tr")).hasCount(1);
    assertThat(page.locator("#pulse")).hasText("connected");
  }

  private static ObjectNode device(String id) {
    return new ObjectMapper().createObjectNode().put("id", id).put("type", "sensor");
  }

  @Test
  void saysThatAPageCannotBeFetched() {
    Page page = browser.at("/console/");
    page.route("**/assets/topics.js", Route::abort);
    page.click("nav [data-place=topics]");
    assertThat(page.locator(".empty.bad")).containsText("The platform does not answer.");
    ConsoleBrowser.screenshot(page, "page-not-fetched");
    page.unroute("**/assets/topics.js");
    page.click("text=Try again");
    assertThat(page.locator("h1")).hasText("Topics");

    page.evaluate(
        "history.pushState(null, '', '/console/devices/%');"
            + " dispatchEvent(new PopStateEvent('popstate'))");
    assertThat(page.locator(".empty-title")).hasText("There is no such page.");
    browser.forgive("Failed to");
  }

  @Test
  void isNotBlankWhenTheSessionCannotBeAskedFor() {
    Page page = browser.at("/console/system");
    page.route("**/api/session", Route::abort);
    page.reload();
    assertThat(page.locator(".empty.bad")).containsText("The platform does not answer.");
    page.unroute("**/api/session");
    page.click("text=Try again");
    assertThat(page.locator("h1")).hasText("System");
    browser.forgive("Failed to");
  }

  @Test
  void aSecondSignInTakesTheFirstTabAlong() {
    Page page = browser.at("/console/");
    Object status =
        page.evaluate(
            "token => fetch('/api/session', {method: 'POST',"
                + " headers: {'Content-Type': 'application/json'},"
                + " body: JSON.stringify({token})}).then(response => response.status)",
            TestPlatform.TOKEN);
    assertThat(status).isEqualTo(200);

    page.click("[aria-label='Sign out']");

    assertThat(page.locator("#token")).isVisible();
    browser.forgive("403");
  }

  @Test
  void saysThatTheLogIsAwayAndTakesItBack() {
    Page page = browser.at("/console/");
    Locator notice = page.locator(".notice.bad");
    Locator rate = page.locator("[data-stage=Log] .flow-rate");
    assertThat(rate).not().containsText("–");

    stage.test.platform.broker().orElseThrow().stop();

    assertThat(notice).isVisible(new IsVisibleOptions().setTimeout(SOON_MILLIS));
    assertThat(rate).containsText("–");
    ConsoleBrowser.screenshot(page, "log-away");
    stage.test.platform.broker().orElseThrow().start();
    assertThat(notice).isHidden(new IsHiddenOptions().setTimeout(SOON_MILLIS));
    assertThat(rate).not().containsText("–");
    browser.forgive("503");
  }

  @Test
  void aLetterThatIsNotTextGoesAnotherWay() {
    stage.publishBytes("iot/breaker-017/raw", List.of(new byte[] {(byte) 0xFF, (byte) 0xFE, 1}));
    Page page = browser.at("/console/dead-letters/" + stage.awaitLetter("breaker-017"));
    Locator path = page.locator("[aria-label=Path]");
    path.fill(" ");
    page.click("text=Replay these bytes there");
    assertThat(page.locator(".form-error")).containsText("must be an MQTT topic or a path");
    ConsoleBrowser.screenshot(page, "dead-letter-bytes");
    browser.forgive("422");

    path.fill("iot/breaker-017/trends");
    page.click("text=Replay these bytes there");

    assertThat(page.locator(".steps")).containsText("Replayed");
    assertThat(page).hasURL(Pattern.compile(".*/console/events/.*device=breaker-017"));
  }

  @Test
  void escapeClosesADialogAndGivesTheFocusBack() {
    stage.publish("iot/breaker-018/raw", "not JSON");
    stage.awaitLetter("breaker-018");
    Page page = browser.at("/console/dead-letters?device=breaker-018");
    Locator replay = page.locator("text=Replay all of these");
    replay.focus();
    page.keyboard().press("Enter");
    assertThat(page.locator("dialog")).containsText("One message goes");

    page.keyboard().press("Escape");

    assertThat(page.locator("dialog")).hasCount(0);
    assertThat(replay).isFocused();
  }

  @Test
  void theHistoryOfPresenceGoesFurtherBack() {
    Page page = browser.at("/console/system");
    page.route(
        Pattern.compile("/messages\\?key=iot"),
        route ->
            answer(
                route,
                "application/json",
                route.request().url().contains("cursor=")
                    ? page("{\"status\":{\"state\":\"online\",\"reason\":\"found\"}}", 5, null)
                    : page(null, 200_000, "0:5")));
    page.navigate(stage.address + "/console/devices/breaker-001?tab=presence");
    Locator card = page.locator("[aria-label=Presence]");
    assertThat(card).containsText("none among the newest 200,000 messages");
    ConsoleBrowser.screenshot(page, "presence-further");

    card.locator("text=Search further").click();

    assertThat(page.locator("[aria-label='Changes of presence'] tbody")).containsText("found");
    assertThat(card.locator("text=Search further")).hasCount(0);
  }

  /// A page of a topic with one text, or none.
  private static String page(@Nullable String text, int scanned, @Nullable String next) {
    ObjectNode page = new ObjectMapper().createObjectNode();
    ArrayNode items = page.putArray("items");
    if (text != null) {
      items.addObject().put("text", text);
    }
    return page.put("scanned", scanned).put("next_cursor", next).toString();
  }

  /// A table that is drawn anew under the pointer would take the click away.
  @Test
  void aRowThatIsHeldStaysUntilItIsLetGo() {
    client.post("/api/devices", device("held-1"));
    Page page = browser.at("/console/devices?q=held-");
    Locator rows = page.locator("tbody tr");
    assertThat(rows).hasCount(1);
    rows.first().locator("td").nth(2).hover();
    page.mouse().down();

    client.post("/api/devices", device("held-0"));

    assertThat(page.locator(".page-head p")).hasText("2 devices");
    assertThat(rows).hasCount(1);
    page.mouse().up();
    assertThat(page.locator(".crumb")).isVisible();
    assertThat(page).hasURL(stage.address + "/console/devices/held-1");
  }

  /// An address of IPv6 is in brackets in a URL, and without them after `-h`.
  @Test
  void theLinesToCopyWriteAnAddressOfIPv6AsEachProgramWantsIt() {
    String there = "http://[::1]:9";
    Page page = browser.at("/console/system");
    Cookie session = page.context().cookies().getFirst();
    page.route(
        url -> url.startsWith(there),
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setResponse(
                        route.fetch(
                            new Route.FetchOptions()
                                .setUrl(route.request().url().replace(there, stage.address))
                                .setHeaders(
                                    Map.of("Cookie", session.name + "=" + session.value))))));

    page.navigate(there + "/console/devices/breaker-001?tab=connect");

    Locator lines = page.locator("code");
    assertThat(lines.first()).containsText("mosquitto_pub -h ::1 -p " + stage.test.mqttPort());
    assertThat(lines.nth(1)).containsText("curl -s '" + there + "/ingest'");
  }

  /// The lines as they are for a platform that wants credentials, and has no MQTT door.
  @Test
  void theLinesToCopyNameTheCredentialAndNoHostThatIsNotKnown() {
    JsonNode system = client.get("/api/system");
    ((ObjectNode) system).remove("mqtt_port");
    ((ObjectNode) system.path("settings")).put("mqtt.anonymous", "false");
    Page page = browser.at("/console/system");
    page.route("**/api/system", route -> answer(route, "application/json", system.toString()));
    page.navigate(stage.address + "/console/devices/breaker-001?tab=connect");

    Locator lines = page.locator("code");
    assertThat(lines.first()).containsText("-h \"$MQTT_HOST\"");
    assertThat(lines.first()).containsText("-u 'breaker-001' -P \"$DEVICE_TOKEN\"");
    assertThat(lines.nth(1)).containsText("-u 'breaker-001':\"$DEVICE_TOKEN\"");
    assertThat(page.locator("main")).containsText("a process with the role gateway");
    ConsoleBrowser.screenshot(page, "connect-elsewhere");
  }
}
