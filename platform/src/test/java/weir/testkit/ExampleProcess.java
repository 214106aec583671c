package weir.testkit;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/// The sample service or the CRM in a JVM of its own, which a test can kill and start again.
public final class ExampleProcess implements AutoCloseable {

  private final String name;
  private final int port;
  private final File output;
  private final Map<String, String> environment;
  private final HttpClient http = HttpClient.newHttpClient();
  private Process process;

  /// @param name `crm` or `service`
  public ExampleProcess(String name, int port, Path folder, Map<String, String> environment)
      throws IOException {
    this.name = name;
    this.port = port;
    this.output = folder.resolve(name + ".log").toFile();
    this.environment = environment;
    start();
  }

  /// Starts it again after [#kill].
  public void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "weir.examples.Main",
                name));
    builder.environment().keySet().removeIf(variable -> variable.startsWith("WEIR_"));
    builder.environment().putAll(environment);
    process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
            .start();
    Awaitility.await(name + " to be ready")
        .atMost(Duration.ofSeconds(60))
        .failFast("it ended", () -> !process.isAlive())
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> get("/health").contains("healthy"));
  }

  public String get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /// Ends it at once, as `kill -9` does.
  public void kill() throws InterruptedException {
    int _ = process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    http.close();
  }
}
