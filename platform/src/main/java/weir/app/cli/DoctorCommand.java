package weir.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.ObjectName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import weir.app.CommandException;
import weir.app.PlatformSettings;
import weir.app.Settings;
import weir.app.watch.Machine;

/// Looks at what a platform needs of this machine, and says what to do about what is missing. Exit
/// code 1 when something is. Starts nothing.
@Command(
    name = "doctor",
    description = "Check JDK, settings, ports, disk, clock and limits; exit 1 when one is wrong.")
final class DoctorCommand implements Callable<Integer> {

  private static final int JDK = 25;
  private static final long DISK_MIN = 2_000_000_000L;
  private static final long MEMORY_MIN = 1_000_000_000L;
  private static final long FILES_MIN = 10_000;
  private static final int KNOCK_MILLIS = 1_000;

  /// The usual options with a smaller heap.
  private static final String SMALL = "-Xmx300m -XX:+UseParallelGC -XX:NewRatio=1";

  /// Nobody who runs this does so before it was written.
  private static final Instant WRITTEN = Instant.parse("2026-01-01T00:00:00Z");

  private final PrintWriter out;
  private final InstantSource clock;
  private final Supplier<Optional<Boolean>> synchronization;
  @Mixin private final RunCommand.Flags flags = new RunCommand.Flags();
  private boolean anyWrong;

  /// @param synchronization whether the clock of the machine is kept right, when that is known
  DoctorCommand(PrintWriter out, InstantSource clock, Supplier<Optional<Boolean>> synchronization) {
    this.out = out;
    this.clock = clock;
    this.synchronization = synchronization;
  }

  @Override
  public Integer call() {
    anyWrong = false;
    check(
        Runtime.version().feature() == JDK,
        "JDK " + Runtime.version(),
        "install a JDK " + JDK + " and set JAVA_HOME");
    PlatformSettings settings;
    try {
      settings = flags.bind("weir");
    } catch (CommandException e) {
      wrong("settings", String.valueOf(e.getMessage()));
      return 1;
    }
    fine("settings");
    checkFolder(settings.dataDir());
    checkClock();
    checkPorts(settings);
    checkMachine(settings.dataDir());
    return anyWrong ? 1 : 0;
  }

  private void check(boolean well, String what, String advice) {
    if (well) {
      fine(what);
    } else {
      wrong(what, advice);
    }
  }

  private void fine(String what) {
    out.println("ok      " + what);
  }

  private void wrong(String what, String advice) {
    anyWrong = true;
    out.println("WRONG   " + what);
    out.println("        " + advice);
  }

  private void checkFolder(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.delete(Files.createTempFile(folder, "doctor", ".tmp"));
      fine("data folder " + folder.toAbsolutePath().normalize());
    } catch (IOException e) {
      wrong(
          "data folder " + folder,
          "it cannot be written (" + e.getMessage() + "); set data-dir (WEIR_DATA_DIR)");
    }
  }

  private void checkClock() {
    Optional<Boolean> right = synchronization.get();
    String known = right.isPresent() ? "" : "; whether NTP keeps it right cannot be asked here";
    check(
        clock.instant().isAfter(WRITTEN) && right.orElse(true),
        "clock " + clock.instant() + known,
        "set the clock, and keep it right with NTP: readings are stored by time");
  }

  private void checkPorts(PlatformSettings settings) {
    if (isWeir(settings.http().port())) {
      fine("ports: a Weir answers on " + settings.http().port());
      return;
    }
    checkPort("http.port", settings.http().port());
    checkPort("mqtt.port", settings.mqtt().port());
    checkPort("mqtt.websocket-port", settings.mqtt().websocketPort());
    if (settings.kafka().embedded()) {
      checkPort("kafka.port", settings.kafka().port());
    }
  }

  private void checkPort(String key, int port) {
    check(
        isFree(port),
        key + " " + port,
        "the port is taken; set " + key + " (" + Settings.variableOf(key) + ") to another");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private static boolean isWeir(int port) {
    try {
      URI live = URI.create("http://127.0.0.1:" + port + "/health/live");
      HttpURLConnection connection = (HttpURLConnection) live.toURL().openConnection();
      connection.setConnectTimeout(KNOCK_MILLIS);
      connection.setReadTimeout(KNOCK_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException nobody) {
      return false;
    }
  }

  private void checkMachine(Path folder) {
    Machine machine = new Machine(folder);
    long memory = machine.memory().free();
    check(
        memory >= MEMORY_MIN,
        "memory %.1f GB free".formatted(memory / 1e9),
        "Weir wants 1 GB; end something else, or set WEIR_JAVA_OPTS='" + SMALL + "'");
    long disk = Files.exists(folder) ? machine.disk().free() : 0;
    check(
        disk >= DISK_MIN,
        "disk %.1f GB free".formatted(disk / 1e9),
        "messages are refused when the disk is full; make room, or set data-dir (WEIR_DATA_DIR)");
    long files = filesMax();
    check(
        files >= FILES_MIN,
        "open files: " + files + " may be",
        "each connection is one; raise the limit with ulimit -n " + FILES_MIN);
  }

  private static long filesMax() {
    try {
      return (Long)
          ManagementFactory.getPlatformMBeanServer()
              .getAttribute(
                  new ObjectName("java.lang:type=OperatingSystem"), "MaxFileDescriptorCount");
    } catch (JMException notUnix) {
      return Long.MAX_VALUE;
    }
  }
}
