package weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import weir.device.DatabaseSettings;

/// Debian's PostgreSQL on a free port, with its data in a temporary folder. It does not run as
/// root, so root starts it as another user. What it writes survives its own death, not the
/// machine's.
public final class PostgresServer implements AutoCloseable {

  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql");
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final Path folder;
  private final int port;
  private final boolean root = "root".equals(System.getProperty("user.name"));
  private final Map<Path, DatabaseSettings> databases = new ConcurrentHashMap<>();
  private Process process;

  /// The one that the tests of this JVM share; it ends with the JVM.
  private static final class Shared {
    static final PostgresServer SERVER = start();

    private static PostgresServer start() {
      PostgresServer server = new PostgresServer();
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
      return server;
    }
  }

  public static PostgresServer shared() {
    return Shared.SERVER;
  }

  /// Skips the test at hand when there is no PostgreSQL, unless CI=true.
  public static void require() {
    assumeTrue(
        programs().isPresent() || "true".equals(System.getenv("CI")),
        "PostgreSQL is not installed");
  }

  private static Optional<Path> programs() {
    if (!Files.isDirectory(PROGRAMS)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(PROGRAMS)) {
      return versions
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
          .max(Comparator.comparing(Path::toString));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public PostgresServer() {
    try {
      folder = Files.createTempDirectory(Path.of("/tmp"), "weir-postgres-");
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      if (root) {
        Files.setOwner(
            folder,
            folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user()));
      }
      Path data = folder.resolve("data");
      Process init =
          run("initdb", "-D", data.toString(), "-U", "weir", "-A", "trust", "-E", "UTF8", "-N");
      assertThat(init.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(init.exitValue()).as(log()).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    start();
  }

  private static String user() {
    return "postgres";
  }

  private Process run(String program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (root) {
      command.addAll(List.of("setpriv", "--reuid", user(), "--regid", user(), "--clear-groups"));
    }
    command.add(programs().orElseThrow().resolve(program).toString());
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command)
        .directory(Path.of("/tmp").toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  /// Starts it, for the first time or after [#kill].
  public void start() {
    try {
      process =
          run(
              "postgres",
              "-D",
              folder.resolve("data").toString(),
              "-p",
              Integer.toString(port),
              "-c",
              "listen_addresses=127.0.0.1",
              "-c",
              "unix_socket_directories=",
              "-c",
              "fsync=off",
              "-c",
              "max_connections=200");
      Awaitility.await("PostgreSQL to answer")
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .failFast("it ended", () -> !process.isAlive())
          .until(() -> execute("postgres", "SELECT 1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Ends it at once.
  public void kill() throws InterruptedException {
    // A server process that is killed leaves its children behind for a moment, who hold its memory.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  /// Makes it stand still with its connections open, until [#wake].
  public void halt() throws IOException, InterruptedException {
    signal("STOP");
  }

  public void wake() throws IOException, InterruptedException {
    signal("CONT");
  }

  /// To the server first, so that it starts no more processes.
  private void signal(String name) throws IOException, InterruptedException {
    assertThat(signal(name, process.toHandle())).isZero();
    for (ProcessHandle child : process.descendants().toList()) {
      int _ = signal(name, child);
    }
  }

  private static int signal(String name, ProcessHandle to)
      throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + name, Long.toString(to.pid())).start().waitFor();
  }

  /// A new, empty database.
  public DatabaseSettings database() {
    String name = "weir" + NUMBERS.incrementAndGet();
    assertThat(execute("postgres", "CREATE DATABASE " + name)).isTrue();
    return DatabaseSettings.at(url(name));
  }

  /// The database that belongs to a test's folder, the same while the folder is.
  public DatabaseSettings databaseOf(Path test) {
    return databases.computeIfAbsent(test, any -> database());
  }

  private String url(String database) {
    return "postgresql://weir@127.0.0.1:" + port + "/" + database;
  }

  private boolean execute(String database, String sql) {
    try (var connection = DatabaseSettings.at(url(database)).source().getConnection();
        Statement statement = connection.createStatement()) {
      boolean _ = statement.execute(sql);
      return true;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      kill();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
