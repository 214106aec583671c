package weir.app;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weir.fleet.FaultRates;
import weir.fleet.Fleet;
import weir.fleet.FleetSettings;
import weir.fleet.Grade;
import weir.fleet.Mix;
import weir.fleet.Scenario;
import weir.fleet.Target;
import weir.fleet.Tempo;

/// Runs a simulated fleet against a platform and grades it at the end. Exit code 1 when the grade
/// shows a loss, a duplicate or a wrong order.
@Command(
    name = "simulate",
    description = "Run a simulated fleet, then grade the platform.",
    footer = {
      "",
      "  ./weir simulate --duration 60s",
      "  ./weir simulate --breakers 100 --duration 10m --speed 20 --rough",
      "  ./weir simulate --backfill --start 2026-02-01T00:00:00Z --duration 7d"
    })
final class SimulateCommand implements Callable<Integer> {

  private static final Duration REPORT_EVERY = Duration.ofSeconds(5);
  private static final int STANDARD = -1;
  private static final List<String> FAULTS =
      List.of("drop-outs", "duplicates", "late", "shuffled", "malformed", "drifting", "storms");

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  @Option(names = "--mqtt-host", defaultValue = "127.0.0.1", description = "default 127.0.0.1")
  private String mqttHost = "127.0.0.1";

  @Option(names = "--mqtt-port", description = "default: WEIR_MQTT_PORT, else 1883")
  private @Nullable Integer mqttPort;

  @Option(names = "--breakers", description = "smart breakers")
  private int breakers = STANDARD;

  @Option(names = "--meters", description = "smart meters")
  private int meters = STANDARD;

  @Option(names = "--environmental", description = "environmental sensors")
  private int environmental = STANDARD;

  @Option(names = "--appliances", description = "appliances of six types")
  private int appliances = STANDARD;

  @Option(names = "--energy", description = "energy devices of nine types")
  private int energy = STANDARD;

  @Option(names = "--controllers", description = "F2 controllers, 0 to 2")
  private int controllers = STANDARD;

  @Option(names = "--sensors", description = "HTTP sensors")
  private int sensors = STANDARD;

  @Option(
      names = "--uncovered",
      description = "F2 components without parameters speak too, and are set aside")
  private boolean uncovered;

  @Option(names = "--seed", defaultValue = "1", description = "of all chance (default 1)")
  private long seed = 1;

  @Option(names = "--start", description = "the devices' time at the beginning (default now)")
  private @Nullable String start;

  @Option(names = "--duration", defaultValue = "60s", description = "devices' time (default 60s)")
  private String duration = "60s";

  @Option(names = "--speed", defaultValue = "1", description = "devices' seconds per second")
  private double speed = 1;

  @Option(names = "--backfill", description = "fill a past period as fast as it is accepted")
  private boolean backfill;

  @Option(names = "--zone", defaultValue = "UTC", description = "time zone of the devices' days")
  private String zone = "UTC";

  @Option(names = "--rough", description = "some of every fault")
  private boolean rough;

  @Option(
      names = "--fault",
      paramLabel = "NAME=RATE",
      description =
          "drop-outs or storms an hour; duplicates, late, shuffled, malformed or drifting as a share")
  private Map<String, Double> faults = new HashMap<>();

  @Option(
      names = "--device-token",
      paramLabel = "DEVICE=TOKEN",
      description = "a device's credential")
  private Map<String, String> tokens = new HashMap<>();

  @Option(
      names = "--scenario",
      paramLabel = "FILE",
      description = "families, faults over time and anomalies from a YAML file; it decides alone")
  private @Nullable Path scenario;

  @Option(names = "--json", description = "print the grade as JSON")
  private boolean asJson;

  SimulateCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws InterruptedException {
    try (Fleet fleet = scenario == null ? new Fleet(settings()) : new Fleet(read(scenario))) {
      fleet.start();
      while (!fleet.await(REPORT_EVERY)) {
        System.err.println(fleet.status().toText());
      }
      Grade grade = fleet.stop();
      out.println(asJson ? grade.toJson() : grade.toText());
      return !grade.checked() || grade.passed() ? 0 : 1;
    }
  }

  private Scenario read(Path file) {
    ScenarioForm form = new ScenarioForm();
    Scenario read = form.scenario(SimulationClient.read(file), target(), Instant.now());
    if (!form.errors().isEmpty()) {
      StringBuilder wrong = new StringBuilder(file + " is wrong:");
      form.errors()
          .forEach(e -> wrong.append("\n  ").append(e.field()).append(' ').append(e.detail()));
      throw new CommandException(wrong.toString());
    }
    return read;
  }

  private Target target() {
    Optional<String> token =
        Optional.ofNullable(remote.tokenOrNull()).filter(given -> !given.isEmpty());
    return new Target(mqttHost, port(), URI.create(remote.address()), token, tokens);
  }

  private FleetSettings settings() {
    try {
      return new FleetSettings(
          mix(), tempo(), faultRates(), target(), ZoneId.of(zone), Duration.ofMinutes(2));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }

  private int port() {
    return mqttPort != null
        ? mqttPort
        : Integer.parseInt(System.getenv().getOrDefault("WEIR_MQTT_PORT", "1883"));
  }

  /// Without any number given it is the demo's mix; with some, those alone.
  private Mix mix() {
    Mix demo = Mix.demo();
    boolean given =
        breakers + meters + environmental + appliances + energy + controllers + sensors
            != 7 * STANDARD;
    Mix base = given ? Mix.none() : demo;
    return new Mix(
        or(breakers, base.breakers()),
        or(meters, base.smartMeters()),
        or(environmental, base.environmentalSensors()),
        or(appliances, base.appliances()),
        or(energy, base.energyDevices()),
        or(controllers, base.controllers()),
        or(sensors, base.httpSensors()),
        uncovered);
  }

  private static int or(int given, int standard) {
    return given == STANDARD ? standard : given;
  }

  private Tempo tempo() {
    Duration length = RecordBinder.duration(duration);
    Instant from;
    try {
      from =
          start == null
              ? (backfill ? Instant.now().minus(length) : Instant.now())
              : Instant.parse(start);
    } catch (DateTimeParseException e) {
      throw new CommandException("--start must be like 2026-02-01T00:00:00Z, got " + start);
    }
    return backfill
        ? Tempo.backfill(seed, from, length)
        : Tempo.compressed(seed, from, length, speed);
  }

  private FaultRates faultRates() {
    FaultRates base = rough ? FaultRates.rough() : FaultRates.none();
    for (String name : faults.keySet()) {
      if (!FAULTS.contains(name)) {
        throw new CommandException("no fault " + name + "; there are " + FAULTS);
      }
    }
    double drifting = faults.getOrDefault("drifting", base.drifting());
    return new FaultRates(
        faults.getOrDefault("drop-outs", base.dropOuts()),
        faults.getOrDefault("duplicates", base.duplicates()),
        faults.getOrDefault("late", base.late()),
        faults.getOrDefault("shuffled", base.shuffled()),
        faults.getOrDefault("malformed", base.malformed()),
        drifting,
        drifting > 0 ? Duration.ofMinutes(2) : Duration.ZERO,
        faults.getOrDefault("storms", base.storms()));
  }
}
