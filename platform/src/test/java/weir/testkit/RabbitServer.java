package weir.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// Debian's RabbitMQ on free ports with its data in a folder, under a node name and beside a
/// port mapper of its own. Keeps streams in the system's memory: they survive its death, not
/// the machine's.
public final class RabbitServer implements AutoCloseable {

  private static final Path PROGRAMS = Path.of("/usr/lib/rabbitmq/bin");
  private static final Duration START = Duration.ofSeconds(60);

  private final Path folder;
  private final int port = Ports.free();
  private final int mapperPort = Ports.free();
  private final int managementPort = Ports.free();
  private final Map<String, String> environment;
  private final Process mapper;

  public RabbitServer(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("rabbitmq.conf"),
        """
        listeners.tcp.1 = 127.0.0.1:%d
        management.tcp.ip = 127.0.0.1
        management.tcp.port = %d
        """
            .formatted(port, managementPort));
    Files.writeString(folder.resolve("plugins"), "[rabbitmq_management].");
    environment =
        Map.of(
            "HOME", folder.toString(),
            "RABBITMQ_NODENAME", "weir" + port + "@localhost",
            "RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString(),
            "RABBITMQ_MNESIA_BASE", folder.resolve("data").toString(),
            "RABBITMQ_LOG_BASE", folder.resolve("log").toString(),
            "RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("plugins").toString(),
            "RABBITMQ_PID_FILE", folder.resolve("pid").toString(),
            "RABBITMQ_DIST_PORT", Integer.toString(Ports.free()),
            "ERL_EPMD_PORT", Integer.toString(mapperPort),
            "ERL_EPMD_ADDRESS", "127.0.0.1");
    mapper = run("/usr/bin/epmd");
    await().atMost(START).until(() -> answers(mapperPort));
    start();
  }

  /// Whether it can be started; with CI=true it must.
  public static boolean isInstalled() {
    return Programs.isThere(PROGRAMS.resolve("rabbitmq-server"));
  }

  private Process run(String program) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(program);
    builder.environment().putAll(environment);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("output").toFile()))
        .start();
  }

  public int port() {
    return port;
  }

  /// The settings of a platform that has it as its log.
  public Map<String, String> asLog() {
    return Map.of("rabbitmq.host", "127.0.0.1", "rabbitmq.port", Integer.toString(port));
  }

  /// What its management interface shows of the queues.
  public String queues() throws IOException, InterruptedException {
    String login = Base64.getEncoder().encodeToString("guest:guest".getBytes(UTF_8));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/api/queues"))
            .header("Authorization", "Basic " + login)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  /// Runs `rabbitmqctl` on it; what that prints.
  public String control(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAMS.resolve("rabbitmqctl").toString()));
    command.add("--quiet");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /// All that it wrote into its log so far.
  public String log() throws IOException {
    return Files.readString(folder.resolve("log/weir" + port + "@localhost.log"));
  }

  /// Makes it stand still, until [#wake].
  public void halt() throws IOException, InterruptedException {
    signal("STOP");
  }

  public void wake() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    String pid = Long.toString(server().pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  private ProcessHandle server() throws IOException {
    long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
    return ProcessHandle.of(pid).orElseThrow();
  }

  /// Starts it, for the first time or after [#kill]; returns when it answers.
  public void start() {
    try {
      Files.deleteIfExists(folder.resolve("pid"));
      var _ = run(PROGRAMS.resolve("rabbitmq-server").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await().atMost(START).until(() -> answers(port));
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /// Ends it at once, as `kill -9` does.
  public void kill() {
    try {
      ProcessHandle server = server();
      Stream.concat(server.descendants(), Stream.of(server))
          .toList()
          .forEach(ProcessHandle::destroyForcibly);
      var _ = server.onExit().get(10, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("RabbitMQ does not end", e);
    }
    await().atMost(START).until(() -> !answers(port));
  }

  @Override
  public void close() {
    if (answers(port)) {
      kill();
    }
    mapper.destroyForcibly();
  }
}
