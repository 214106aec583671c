package weir.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/// Debian's Redis on a free port; what it holds is gone when it ends, but for what was saved
/// in a folder.
public final class RedisServer implements AutoCloseable {

  private static final Path BINARY = Path.of("/usr/bin/redis-server");

  private final List<String> command;
  private final int port;
  private Process process;

  /// Skips the test at hand when there is no Redis, unless CI=true.
  public static void require() {
    assumeTrue(
        Files.isExecutable(BINARY) || "true".equals(System.getenv("CI")),
        "redis-server is not installed");
  }

  public RedisServer() throws IOException {
    this(List.of());
  }

  /// @param folder where it puts its data when it is told to `SAVE`, and looks for it at the
  ///     start
  public RedisServer(Path folder) throws IOException {
    this(List.of("--dir", folder.toString()));
  }

  private RedisServer(List<String> options) throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    command = new ArrayList<>(List.of(BINARY.toString(), "--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
    command.addAll(options);
    start();
  }

  public String url() {
    return "redis://127.0.0.1:" + port + "/0";
  }

  /// Starts it, for the first time or after [#kill], with nothing in it but what was saved.
  public void start() throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Awaitility.await("Redis to answer").atMost(Duration.ofSeconds(10)).until(this::answers);
  }

  private boolean answers() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /// Ends it at once, as `kill -9` does.
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
