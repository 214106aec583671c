package weir.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// A platform in a process of its own, as a user starts it, with its data in a temporary folder.
/// Processor time and memory are read from Linux's `/proc`.
final class ServerProcess implements AutoCloseable {

  private static final String TOKEN = "weir_bench_token_0000000000000000";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double TICKS_PER_SECOND = 100.0;

  private final Process process;
  private final TemporaryFolder folder = TemporaryFolder.make();
  private final Path data = folder.path();
  private final HttpClient http = HttpClient.newHttpClient();
  private final int httpPort;
  private final int mqttPort;
  private final int kafkaPort;
  private final long startedAt = System.nanoTime();

  /// Starts the platform with these roles; `more` are settings by their keys.
  ServerProcess(Path home, String roles, Map<String, String> more) throws IOException {
    List<Integer> ports = freePorts(4);
    mqttPort = ports.get(0);
    httpPort = ports.get(1);
    kafkaPort = ports.get(3);
    List<String> command =
        new ArrayList<>(List.of(home.resolve("weir").toString(), "run", "--roles", roles));
    more.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(data.resolve("server.log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "WEIR_DATA_DIR", data.resolve("data").toString(),
                "WEIR_MQTT_PORT", ports.get(0).toString(),
                "WEIR_HTTP_PORT", ports.get(1).toString(),
                "WEIR_MQTT_WEBSOCKET_PORT", ports.get(2).toString(),
                "WEIR_KAFKA_PORT", ports.get(3).toString(),
                "WEIR_MQTT_ANONYMOUS", "true",
                "WEIR_ADMIN_TOKEN", TOKEN));
    process = builder.start();
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  /// Returns the seconds from the start of the process until it was ready.
  double awaitReady() throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new IOException(
            "the platform ended:\n" + Files.readString(data.resolve("server.log")));
      }
      if (status("/health/ready") == 200) {
        return (System.nanoTime() - startedAt) / 1e9;
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw new IOException("the platform was not ready in time:\n" + log());
  }

  String log() throws IOException {
    return Files.readString(data.resolve("server.log"));
  }

  private int status(String path) {
    try {
      return http.send(request(path).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /// The answer's JSON; a missing node when the answer is not 2xx.
  JsonNode get(String path) throws IOException, InterruptedException {
    return json(request(path).build());
  }

  JsonNode post(String path, String body) throws IOException, InterruptedException {
    return json(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private JsonNode json(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    return response.statusCode() < 300
        ? JSON.readTree(response.body())
        : com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
        .timeout(Duration.ofMinutes(10))
        .header("Authorization", "Bearer " + TOKEN);
  }

  int mqttPort() {
    return mqttPort;
  }

  /// Of the broker inside, when it has one.
  int kafkaPort() {
    return kafkaPort;
  }

  /// User and system time of the process so far, in seconds.
  double cpuSeconds() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  /// Resident memory in megabytes, now (`VmRSS`) or at its highest (`VmHWM`).
  double residentMegabytes(String field) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith(field + ":"))
          .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024.0)
          .findFirst()
          .orElse(0);
    }
  }

  /// Bytes on disk below a folder of the data.
  long diskBytes(String folder) throws IOException {
    Path root = data.resolve("data").resolve(folder);
    if (!Files.exists(root)) {
      return 0;
    }
    Process du = new ProcessBuilder("du", "-sk", root.toString()).start();
    String kilobytes =
        new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    return Long.parseLong(kilobytes.split("\\s", -1)[0]) * 1024;
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
    folder.close();
  }
}
