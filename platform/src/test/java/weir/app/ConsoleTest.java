package weir.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
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

  private static final String TOKEN = "weir_console_test_token_0000";

  @TempDir static Path folder;

  private static Platform platform;
  private static Fleet fleet;
  private static ConsoleBrowser browser;
  private static Client client;

  @BeforeAll
  static void start() {
    Map<String, String> flags =
        Map.of(
            "http.port", "0",
            "mqtt.port", "0",
            "mqtt.websocket-port", "0",
            "kafka.port", "0",
            "admin-token", TOKEN);
    platform = Platform.start(PlatformSettings.bind(null, Map.of(), flags, folder));
    int mqttPort = platform.mqtt().orElseThrow().port();
    Target target = Target.local(mqttPort, platform.httpPort(), Optional.empty());
    fleet = new Fleet(FleetSettings.demo(target, Instant.now()));
    fleet.start();
    String address = "http://127.0.0.1:" + platform.httpPort();
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

  private static HasTextOptions within(double millis) {
    return new HasTextOptions().setTimeout(millis);
  }
}
