package weir.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.HttpURLConnection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.UnknownHostException;
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
import weir.app.FileTrouble;
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
  private static final int ANSWER_BYTES_MAX = 1_000_000;
  private static final ObjectMapper JSON = new ObjectMapper();

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
          "it cannot be written (" + FileTrouble.of(e) + "); set data-dir (WEIR_DATA_DIR)");
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
    String web = settings.http().host();
    if (isWeir(web, settings.http().port())) {
      fine("ports: a Weir answers on " + settings.http().port());
      return;
    }
    checkPort("http", "port", web, settings.http().port());
    String mqtt = settings.mqtt().host();
    checkPort("mqtt", "port", mqtt, settings.mqtt().port());
    checkPort("mqtt", "websocket-port", mqtt, settings.mqtt().websocketPort());
    if (settings.kafka().embedded()) {
      String loopback = InetAddress.getLoopbackAddress().getHostAddress();
      checkPort("kafka", "port", loopback, settings.kafka().port());
    }
  }

  private void checkPort(String door, String name, String host, int port) {
    String key = door + "." + name;
    String what = "%s %d at %s".formatted(key, port, host);
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      fine(what);
    } catch (UnknownHostException unknown) {
      wrong(what, "no such host; set " + door + ".host");
    } catch (IOException e) {
      wrong(
          what,
          "%s; set %s (%s) to another that is free there"
              .formatted(e.getMessage(), key, Settings.variableOf(key)));
    }
  }

  /// Others may answer there, too, but not with what runs in a Weir.
  private static boolean isWeir(String host, int port) {
    try {
      InetAddress bound = InetAddress.getByName(host);
      InetAddress asked = bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound;
      URL running = new URI("http", null, literal(asked), port, "/containers", null, null).toURL();
      HttpURLConnection connection = (HttpURLConnection) running.openConnection();
      connection.setConnectTimeout(KNOCK_MILLIS);
      connection.setReadTimeout(KNOCK_MILLIS);
      try (InputStream answer = connection.getInputStream()) {
        return JSON.readTree(answer.readNBytes(ANSWER_BYTES_MAX)).at("/containers/weir").isObject();
      }
    } catch (IOException | URISyntaxException nobody) {
      return false;
    }
  }

  private static String literal(InetAddress address) {
    String text = address.getHostAddress();
    return address instanceof Inet6Address ? "[" + text + "]" : text;
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
