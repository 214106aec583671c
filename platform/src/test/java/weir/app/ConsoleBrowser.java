package weir.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Debian's Chromium, headless, that looks at a console. Notes everything that the pages' own
/// consoles complain of. Screenshots go to `target/screenshots`.
final class ConsoleBrowser implements AutoCloseable {

  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int PATIENCE_MILLIS = 10_000;

  private final Playwright playwright;
  private final Browser browser;
  private final String address;
  private final String token;
  private final List<String> complaints = new ArrayList<>();
  private List<Cookie> cookies = List.of();

  ConsoleBrowser(String address, String token) {
    boolean there = Files.isExecutable(CHROMIUM);
    if (!there && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException("chromium is not installed, and CI=true skips nothing");
    }
    assumeTrue(there, "chromium is not installed");
    this.address = address;
    this.token = token;
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM));
  }

  /// A fresh browser profile at the sign-in page.
  Page stranger(int width, ColorScheme scheme) {
    Page page = watched(context(width, scheme));
    page.navigate(address + "/");
    return page;
  }

  private BrowserContext context(int width, ColorScheme scheme) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, 900).setColorScheme(scheme));
    context.setDefaultTimeout(PATIENCE_MILLIS);
    return context;
  }

  private Page watched(BrowserContext context) {
    Page page = context.newPage();
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text() + " at " + message.location());
          }
        });
    page.onPageError(complaints::add);
    return page;
  }

  /// Signed in, and at this path of the console. Signs in once; later pages have the cookie.
  Page at(String path, int width, ColorScheme scheme) {
    if (cookies.isEmpty()) {
      Page first = stranger(width, scheme);
      first.fill("#token", token);
      first.click("button.primary");
      first.waitForSelector(".page");
      cookies = first.context().cookies();
    }
    BrowserContext context = context(width, scheme);
    context.addCookies(cookies);
    Page page = watched(context);
    page.navigate(address + path);
    page.waitForSelector(".page");
    return page;
  }

  Page at(String path) {
    return at(path, 1280, ColorScheme.LIGHT);
  }

  static void screenshot(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")).setFullPage(true));
  }

  /// What the pages complained of so far.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  void closePages() {
    browser.contexts().forEach(BrowserContext::close);
  }

  /// Forgets a complaint that a test has asked for.
  void forgive(String part) {
    complaints.removeIf(complaint -> complaint.contains(part));
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
