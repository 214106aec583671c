package weir.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.device.DeviceId;
import weir.event.EventId;

/// Measures a platform in a process of its own under a named load, and prints the figures.
///
/// The generator shares the machine with the platform; its own processor time is told apart.
@Command(
    name = "weir bench",
    mixinStandardHelpOptions = true,
    description = "Measure this machine.",
    footer = {
      "",
      "three-points  5,000 devices, QoS 1, three measurements a message, end to end",
      "latency       the same at 2,000 events/s, with publish to acknowledged and to queryable",
      "puback        100 connections, the path to the log alone",
      "overload      ten times what is stored, for five minutes, then until it has caught up",
      "webhooks      enriched topic to 100 receivers, then to 10,000 of which a tenth hang",
      "pipelines     what a second pipeline process is worth on the same log",
      "start         from the start of the process to the first event stored"
    })
public final class Bench implements Callable<Integer> {

  private enum Scenario {
    THREE_POINTS,
    LATENCY,
    PUBACK,
    OVERLOAD,
    WEBHOOKS,
    PIPELINES,
    START
  }

  /// A platform that has stored nothing for so long will not catch up.
  private static final Duration STANDSTILL = Duration.ofMinutes(2);

  @Parameters(paramLabel = "SCENARIO", defaultValue = "three-points", description = "see below")
  private String scenario = "three-points";

  @Option(names = "--rate", description = "messages a second; 0 is as fast as acknowledged")
  private @Nullable Integer rate;

  @Option(names = "--devices", description = "connections")
  private @Nullable Integer devices;

  @Option(
      names = "--waiting",
      defaultValue = "1000000",
      description = "webhooks: events that wait for one receiver (default 1,000,000)")
  private int waiting = 1_000_000;

  @Option(names = "--seconds", defaultValue = "60", description = "measured time (default 60)")
  private int seconds = 60;

  @Option(names = "--warm-up", defaultValue = "20", description = "seconds before (default 20)")
  private int warmUp = 20;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "a setting of the platform, such as timescale.url")
  private Map<String, String> settings = Map.of();

  private final Path home = Path.of(System.getProperty("weir.home", ".")).toAbsolutePath();

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    Scenario chosen;
    try {
      chosen = Scenario.valueOf(scenario.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      System.err.println("weir bench: no scenario " + scenario + "; there are " + names());
      return CommandLine.ExitCode.USAGE;
    }
    System.out.printf("machine: %s%n", Machine.describe());
    return switch (chosen) {
      case THREE_POINTS -> endToEnd(load(5_000, 0, 4));
      case LATENCY -> endToEnd(load(5_000, 2_000, 4));
      case PUBACK -> puback(load(100, 0, 64));
      case OVERLOAD -> overload();
      case WEBHOOKS -> webhooks();
      case PIPELINES -> pipelines();
      case START -> start();
    };
  }

  private int webhooks() throws IOException {
    Duration measured = Duration.ofSeconds(seconds);
    Duration before = Duration.ofSeconds(warmUp);
    int offered = rate == null ? 5_000 : rate;
    try (TemporaryFolder folder = TemporaryFolder.make();
        Webhooks run = new Webhooks(folder.path())) {
      print("100 healthy", run.run(run.subscribe(100, "ok"), offered, before, measured));
    }
    int many = devices == null ? 10_000 : devices;
    int some = Math.max(1, offered / 5);
    Webhooks.Figures alone;
    try (TemporaryFolder folder = TemporaryFolder.make();
        Webhooks run = new Webhooks(folder.path())) {
      alone = run.run(run.subscribe(many, "ok"), some, before, measured);
      print(many + " healthy", alone);
    }
    try (TemporaryFolder folder = TemporaryFolder.make();
        Webhooks run = new Webhooks(folder.path())) {
      List<DeviceId> all = new ArrayList<>(run.subscribe(many / 10, "hang"));
      all.addAll(run.subscribe(many - many / 10, "ok"));
      run.backlog(all.getFirst(), waiting);
      Webhooks.Figures beside = run.run(all, some, before, measured);
      print("a tenth hang, %,d wait".formatted(waiting), beside);
      System.out.printf(
          "p99 of the healthy       %.2f times that of all healthy%n",
          beside.p99Millis() / alone.p99Millis());
    }
    return 0;
  }

  private static void print(String what, Webhooks.Figures figures) {
    System.out.printf(
        "%-24s %.0f deliveries/s, p50 %.1f ms, p99 %.1f ms%n",
        what, figures.perSecond(), figures.p50Millis(), figures.p99Millis());
  }

  private static String names() {
    return String.join(
        ", ",
        Arrays.stream(Scenario.values())
            .map(value -> value.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
            .toList());
  }

  private record Load(int devices, int rate, int window) {}

  private Load load(int standardDevices, int standardRate, int window) {
    return new Load(
        devices == null ? standardDevices : devices, rate == null ? standardRate : rate, window);
  }

  private LoadOptions options(Load load, ServerProcess server, Duration measured) {
    return new LoadOptions(
        "127.0.0.1",
        server.mqttPort(),
        load.devices(),
        load.rate(),
        load.window(),
        Duration.ofSeconds(warmUp),
        measured);
  }

  private int endToEnd(Load load) throws Exception {
    try (ServerProcess server = new ServerProcess(home, "gateway,pipeline,series,view", settings)) {
      System.out.printf("ready after              %.1f s%n", server.awaitReady());
      System.out.printf("RSS idle                 %.0f MB%n", server.residentMegabytes("VmRSS"));
      try (LoadGenerator generator =
          new LoadGenerator(options(load, server, Duration.ofSeconds(seconds)))) {
        generator.connect();
        QueryableProbe probe = QueryableProbe.start(server, Duration.ofSeconds(warmUp));
        Window window = Window.open(server, Duration.ofSeconds(warmUp));
        LoadResult result = generator.run();
        Window.Figures figures = window.close();
        probe.stop();
        double drained = awaitStored(server, result.acknowledgedEver());
        report(server, result, figures, drained);
        System.out.printf(
            "CPU until all is stored  %.1f s per million events%n", window.cpuPerMillionStored());
        probe.await();
        System.out.printf(
            "publish to queryable     p50 %.0f ms, p99 %.0f ms (%d probes)%n",
            probe.millis(0.5), probe.millis(0.99), probe.published());
      }
    }
    return 0;
  }

  private static void report(
      ServerProcess server, LoadResult result, Window.Figures figures, double drained)
      throws IOException, InterruptedException {
    System.out.printf("accepted                 %,.0f events/s%n", result.rate());
    System.out.printf("stored                   %,.0f events/s%n", figures.storedPerSecond());
    System.out.printf(
        "lag at the end           %,d events, gone after %.1f s%n", figures.lag(), drained);
    System.out.printf(
        "CPU, platform            %.1f s per million events%n",
        figures.cpuSeconds() / result.acknowledged() * 1e6);
    System.out.printf(
        "CPU, generator           %.1f s per million events%n",
        result.cpuSeconds() / result.acknowledged() * 1e6);
    System.out.printf(
        "publish to PUBACK        p50 %.1f ms, p99 %.1f ms%n",
        result.p50Millis(), result.p99Millis());
    System.out.printf(
        "RSS                      %.0f MB now, %.0f MB at most%n",
        server.residentMegabytes("VmRSS"), server.residentMegabytes("VmHWM"));
    JsonNode total = server.get("/api/books").path("total");
    double readings = Math.max(1, total.path("stored").asLong() * 3.0);
    System.out.printf(
        "disk                     %.1f bytes per reading in the store, %.1f in the log%n",
        server.diskBytes("series") / readings, server.diskBytes("kafka") / readings);
  }

  /// Waits until everything acknowledged is stored or set aside, for as long as it gets more;
  /// returns the seconds it took.
  private static double awaitStored(ServerProcess server, long acknowledged) throws Exception {
    long from = System.nanoTime();
    long progressAt = from;
    long before = 0;
    while (System.nanoTime() - progressAt < STANDSTILL.toNanos()) {
      JsonNode total = server.get("/api/books").path("total");
      long settled = total.path("stored").asLong() + total.path("set_aside").asLong();
      if (settled >= acknowledged && total.path("waiting").asLong() == 0) {
        return (System.nanoTime() - from) / 1e9;
      }
      if (settled > before) {
        progressAt = System.nanoTime();
      }
      before = settled;
      LockSupport.parkNanos(200_000_000);
    }
    throw new IOException("not everything acknowledged was stored: " + server.get("/api/books"));
  }

  private int puback(Load load) throws Exception {
    Map<String, String> withoutQuota = new HashMap<>(settings);
    withoutQuota.put("quota.messages-per-second", "0");
    try (ServerProcess server = new ServerProcess(home, "gateway", withoutQuota)) {
      server.awaitReady();
      try (LoadGenerator generator =
          new LoadGenerator(options(load, server, Duration.ofSeconds(seconds)))) {
        generator.connect();
        Window window = Window.open(server, Duration.ofSeconds(warmUp));
        LoadResult result = generator.run();
        Window.Figures figures = window.close();
        System.out.printf("acknowledged             %,.0f messages/s%n", result.rate());
        System.out.printf(
            "CPU, platform            %.1f s per million, generator %.1f%n",
            figures.cpuSeconds() / result.acknowledged() * 1e6,
            result.cpuSeconds() / result.acknowledged() * 1e6);
        System.out.printf(
            "publish to PUBACK        p50 %.1f ms, p99 %.1f ms%n",
            result.p50Millis(), result.p99Millis());
        System.out.printf(
            "RSS                      %.0f MB at most%n", server.residentMegabytes("VmHWM"));
      }
    }
    return 0;
  }

  private int overload() throws Exception {
    int wanted = rate == null ? 400_000 : rate;
    seconds = Math.max(seconds, 300);
    return endToEnd(new Load(devices == null ? 5_000 : devices, wanted, 32));
  }

  private int pipelines() throws Exception {
    Pipelines bench = new Pipelines(home, settings, Duration.ofSeconds(Math.min(seconds, 20)));
    double one = bench.run(1);
    double two = bench.run(2);
    System.out.printf("one process              %,.0f events/s%n", one);
    System.out.printf(
        "two processes            %,.0f events/s, %.2f times as many, on %d processors%n",
        two, two / one, Runtime.getRuntime().availableProcessors());
    return 0;
  }

  private int start() throws Exception {
    try (ServerProcess server = new ServerProcess(home, "gateway,pipeline,series,view", settings)) {
      double ready = server.awaitReady();
      long from = System.nanoTime();
      QueryableProbe.publishOne(server, EventId.fresh(InstantSource.system()).value());
      double stored = ready + (System.nanoTime() - from) / 1e9;
      System.out.printf("ready after              %.1f s%n", ready);
      System.out.printf("first event stored after %.1f s%n", stored);
      LockSupport.parkNanos(Duration.ofSeconds(10).toNanos());
      System.out.printf("RSS idle                 %.0f MB%n", server.residentMegabytes("VmRSS"));
    }
    return 0;
  }
}
