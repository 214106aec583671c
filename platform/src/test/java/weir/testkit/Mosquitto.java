package weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Debian's MQTT broker, when it is installed: one that is not ours. Keeps sessions and
/// messages in its folder, and saves them after each change.
public final class Mosquitto implements AutoCloseable {

  private static final Path BINARY = Path.of("/usr/sbin/mosquitto");

  private static final Path RULES_PLUGIN =
      Path.of("/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so");

  private final Path config;
  private final int port = Ports.free();
  private Process process;

  public Mosquitto(Path folder) throws IOException {
    this(folder, "");
  }

  /// One that refuses a subscription to this filter.
  public static Mosquitto refusing(Path folder, String filter) throws IOException {
    Path rules = Files.createDirectories(folder).resolve("rules.json");
    Files.writeString(
        rules,
        """
        {"defaultACLAccess": {"publishClientSend": true, "publishClientReceive": true,
            "subscribe": true, "unsubscribe": true},
          "anonymousGroup": "all", "clients": [],
          "groups": [{"groupname": "all", "roles": [{"rolename": "all"}]}],
          "roles": [{"rolename": "all", "acls": [
            {"acltype": "subscribeLiteral", "topic": "%s", "priority": 0, "allow": false}]}]}
        """
            .formatted(filter));
    return new Mosquitto(
        folder, "plugin %s%nplugin_opt_config_file %s%n".formatted(RULES_PLUGIN, rules));
  }

  private Mosquitto(Path folder, String more) throws IOException {
    this.config = folder.resolve("mosquitto.conf");
    Files.writeString(
        config,
        """
        listener %d 127.0.0.1
        allow_anonymous true
        persistence true
        persistence_location %s/
        autosave_on_changes true
        autosave_interval 1
        max_inflight_messages 500
        max_queued_messages 0
        log_type error
        user %s
        %s
        """
            .formatted(port, folder, System.getProperty("user.name"), more));
    start();
  }

  /// Whether it can be started; with CI=true it must.
  public static boolean isInstalled() {
    return Programs.isThere(BINARY);
  }

  public int port() {
    return port;
  }

  public void start() throws IOException {
    process =
        new ProcessBuilder(BINARY.toString(), "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    await().atMost(Duration.ofSeconds(10)).until(this::answers);
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

  /// Ends it in order.
  public void stop() throws InterruptedException {
    process.destroy();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
