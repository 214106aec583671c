package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Main;
import weir.testkit.Listener;

/// The commands of an operator against a running platform.
class OperatorCommandsTest {

  @TempDir static Path folder;

  private static TestPlatform weir;

  private record Said(int exit, String text) {}

  @BeforeAll
  static void start() {
    weir = new TestPlatform(folder, Map.of());
    publish("{\"device_id\":\"breaker-001\",\"device_type\":\"smart_breaker\"}");
    publish("this is not JSON");
  }

  @AfterAll
  static void stop() {
    weir.close();
  }

  private static void publish(String payload) {
    try (Listener client = new Listener(weir.mqttPort(), "none")) {
      client.publish("iot/breaker-001/raw", payload);
    }
  }

  private static Said run(String... words) {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text, true);
    int exit = Main.commandLine(out).setErr(out).execute(words);
    return new Said(exit, text.toString());
  }

  private static Said ask(String... words) {
    String[] all = new String[words.length + 4];
    System.arraycopy(words, 0, all, 0, words.length);
    String[] where = {"--url", weir.url(), "--token", TestPlatform.TOKEN};
    System.arraycopy(where, 0, all, words.length, where.length);
    return run(all);
  }

  @Test
  void statusShowsEverythingOnOneScreen() {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () ->
                assertThat(run("status", "--url", weir.url()).text())
                    .containsPattern("stored 1   set aside [1-9]\\d*   waiting 0   they balance"));

    Said said = run("status", "--url", weir.url());

    assertThat(said.exit()).as(said.text()).isZero();
    assertThat(said.text().lines().count()).isLessThan(24);
    assertThat(said.text())
        .contains("is healthy", "pipeline", "series writer", "retry 0", "connections")
        .contains("endpoints failing 0", "GB free");
  }

  @Test
  void statusTellsBooksThatAreNotKnownYetFromThoseThatDoNotBalance() throws Exception {
    Map<String, String> figures = new ConcurrentHashMap<>();
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext("/health", exchange -> answer(exchange, "{\"status\":\"healthy\"}"));
    other.createContext(
        "/metrics", exchange -> answer(exchange, figures.getOrDefault("books", "")));
    other.start();
    try {
      String url = "http://127.0.0.1:" + other.getAddress().getPort();
      Said early = run("status", "--url", url);
      assertThat(early.exit()).isZero();
      assertThat(early.text()).contains("not known yet").doesNotContain("balance");

      figures.put("books", "weir_books_findings 2.0\n");
      Said said = run("status", "--url", url);
      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.text()).contains("they do NOT balance");
    } finally {
      other.stop(0);
    }
  }

  private static void answer(HttpExchange exchange, String body) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void statusFailsWhenAPartIsNotWell() {
    weir.platform.broker().orElseThrow().stop();
    try {
      Said said = run("status", "--health", "--url", weir.url());

      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.text()).contains("is degraded", "the broker is down");
    } finally {
      weir.platform.broker().orElseThrow().start();
    }
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> run("status", "--health", "--url", weir.url()).exit() == 0);
  }

  @Test
  void topicsListsAndFollows() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () ->
                assertThat(ask("topics", "list").text())
                    .containsPattern("iot.raw +4 +\\d")
                    .contains("iot.smart_breaker.enriched"));
    assertThat(ask("topics", "tail", "iot.raw", "--beginning", "-n", "50").text())
        .contains("this is not JSON");

    Said said;
    try (ScheduledExecutorService sender = Executors.newSingleThreadScheduledExecutor()) {
      var _ =
          sender.scheduleWithFixedDelay(() -> publish("followed"), 0, 500, TimeUnit.MILLISECONDS);
      said = ask("topics", "tail", "iot.raw", "-n", "2");
      sender.shutdownNow();
    }

    assertThat(said.exit()).isZero();
    assertThat(said.text().lines()).hasSize(2).allMatch(line -> line.endsWith("followed"));
  }

  @Test
  void whatThePlatformRefusesIsToldInALine() {
    assertThat(ask("topics", "tail", "none").text())
        .isEqualTo("weir: Not found: there is no such topic%n".formatted());
    assertThat(run("topics", "tail", "iot.raw", "--url", weir.url(), "--token", "wrong").text())
        .contains("asks for its admin token");
    assertThat(ask("get", "/api/nowhere").text())
        .isEqualTo("weir: Not Found: Endpoint not found%n".formatted());
  }

  @Test
  void getAsksTheInterface() {
    Said said = ask("get", "/api/decoding-parameters");

    assertThat(said.exit()).isZero();
    assertThat(said.text()).contains("\"items\"");
    assertThat(ask("get", "metrics").text()).contains("# TYPE weir_accepted_total counter");
  }

  @Test
  void doctorFindsNothingWrongHere() {
    Said said =
        run(
            "doctor",
            "--data-dir",
            folder.resolve("doctor").toString(),
            "--set",
            "http.port=" + weir.platform.httpPort());

    assertThat(said.text()).contains("a Weir answers on", "ok      clock", "open files");
    assertThat(said.text()).doesNotContain("http.port (WEIR_HTTP_PORT)");
  }
}
