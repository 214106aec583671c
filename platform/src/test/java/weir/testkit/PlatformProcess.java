package weir.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;
import weir.series.StoreLimits;
import weir.series.questdb.QuestDbSettings;
import weir.series.questdb.QuestDbStore;

/// A platform in a JVM of its own, which a test can kill and start again on the same data and
/// ports.
public final class PlatformProcess implements AutoCloseable {

  public static final String TOKEN = "weir_test_token_000000000000";

  private static final String OUTPUT = "platform.out";
  private static final String ERRORS = "platform.log";

  private final Path folder;
  private final Map<String, String> settings;
  private final List<Integer> ports;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  /// Starts it with its data below a folder, and waits until it is ready.
  public PlatformProcess(Path folder, Map<String, String> settings) throws IOException {
    this.folder = folder;
    this.settings = settings;
    this.ports = Ports.free(4);
    start();
  }

  /// Starts it again after [#kill].
  public void start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-exports=java.base/jdk.internal.math=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx512m",
            "-XX:+UseParallelGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "weir.app.cli.Main",
            "run"));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("WEIR_"));
    environment.put("WEIR_DATA_DIR", folder.resolve("data").toString());
    environment.put("WEIR_ADMIN_TOKEN", TOKEN);
    environment.put("WEIR_HTTP_PORT", Integer.toString(httpPort()));
    environment.put("WEIR_MQTT_PORT", Integer.toString(mqttPort()));
    environment.put("WEIR_MQTT_WEBSOCKET_PORT", Integer.toString(ports.get(2)));
    environment.put("WEIR_KAFKA_PORT", Integer.toString(ports.get(3)));
    environment.put("WEIR_MQTT_ANONYMOUS", "true");
    environment.putAll(settings);
    process =
        builder
            .redirectOutput(appendTo(folder.resolve(OUTPUT)))
            .redirectError(appendTo(folder.resolve(ERRORS)))
            .start();
    try {
      Awaitility.await("the platform to be ready")
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofMillis(50))
          .failFast("it ended", () -> !process.isAlive())
          .until(() -> status("/health/ready") == 200);
    } catch (ConditionTimeoutException | TerminalFailureException e) {
      throw new IllegalStateException(lastWords(), e);
    }
  }

  private static ProcessBuilder.Redirect appendTo(Path file) {
    return ProcessBuilder.Redirect.appendTo(file.toFile());
  }

  /// The end of its log, and its threads when it still lives: what a failed run must leave behind.
  private String lastWords() throws IOException {
    List<String> lines = log().lines().toList();
    String end = String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    if (!process.isAlive()) {
      return end;
    }
    try {
      end += "\n" + get("/health").body();
    } catch (IOException e) {
      end += "\n/health: " + e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process threads =
        new ProcessBuilder(jcmd.toString(), Long.toString(pid()), "Thread.print")
            .redirectErrorStream(true)
            .start();
    return end + "\n" + new String(threads.getInputStream().readAllBytes(), UTF_8);
  }

  /// Ends it at once, as `kill -9` does.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  public int httpPort() {
    return ports.get(0);
  }

  public int mqttPort() {
    return ports.get(1);
  }

  public int kafkaPort() {
    return ports.get(3);
  }

  public Path dataDir() {
    return folder.resolve("data");
  }

  public long pid() {
    return process.pid();
  }

  public String log() throws IOException {
    return Files.readString(folder.resolve(OUTPUT)) + errors();
  }

  /// What it wrote to its error stream.
  public String errors() throws IOException {
    return Files.readString(folder.resolve(ERRORS));
  }

  /// The status of a GET, 0 when nobody answers.
  public int status(String path) {
    try {
      return http.send(request(path).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return send("POST", path, body);
  }

  public HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort() + path))
        .timeout(Duration.ofSeconds(60))
        .header("Authorization", "Bearer " + TOKEN);
  }

  /// Ends it in order.
  public void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new IllegalStateException("the platform did not end in order");
    }
  }

  /// The ids of all events in its embedded store, as often as they are there; once it has ended.
  public List<UUID> storedIds() {
    List<UUID> stored = new ArrayList<>();
    try (QuestDbStore store =
        new QuestDbStore(
            QuestDbSettings.in(dataDir().resolve("series")),
            StoreLimits.defaults(),
            InstantSource.system(),
            type -> Duration.ofDays(3_650))) {
      assertThat(store.awaitQueryable(Duration.ofSeconds(60))).isTrue();
      store.eachKey(key -> stored.add(key.id()));
    }
    return stored;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    http.close();
  }
}
