package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.app.CommandException;
import weir.app.FileTrouble;
import weir.app.ScenarioForm;
import weir.fleet.FaultRates;
import weir.fleet.Fleet;
import weir.fleet.Grade;
import weir.fleet.Scenario;
import weir.fleet.Target;
import weir.fleet.Tempo;

/// Runs a simulated fleet against a platform and grades it at the end. Exit code 1 when the grade
/// shows a loss, a duplicate or a wrong order. The subcommands control the simulator inside a
/// running platform.
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
  private static final String SETTLE = "2m";

  /// Of the simulator inside the platform.
  static final String PATH = "/api/simulation";

  private static final JsonMapper JSON = new JsonMapper();

  /// Whether registered devices are to be mirrored.
  private enum Wanted {
    ON,
    OFF
  }

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  @Option(names = "--mqtt-host", defaultValue = "127.0.0.1", description = "default 127.0.0.1")
  private String mqttHost = "127.0.0.1";

  @Option(names = "--mqtt-port", description = "default: WEIR_MQTT_PORT, else 1883")
  private @Nullable Integer mqttPort;

  @Option(names = "--breakers", description = "smart breakers")
  private @Nullable Integer breakers;

  @Option(names = "--meters", description = "smart meters")
  private @Nullable Integer meters;

  @Option(names = "--environmental", description = "environmental sensors")
  private @Nullable Integer environmental;

  @Option(names = "--appliances", description = "appliances of six types")
  private @Nullable Integer appliances;

  @Option(names = "--energy", description = "energy devices of nine types")
  private @Nullable Integer energy;

  @Option(names = "--controllers", description = "F2 controllers, 0 to 2")
  private @Nullable Integer controllers;

  @Option(names = "--sensors", description = "HTTP sensors")
  private @Nullable Integer sensors;

  @Option(
      names = "--uncovered",
      description = "F2 components without parameters speak too, and are set aside")
  private boolean uncovered;

  @Option(names = "--seed", defaultValue = "1", description = "of all chance (default 1)")
  private int seed = 1;

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
    try (Fleet fleet = new Fleet(scenario == null ? asked() : read(scenario))) {
      fleet.start();
      while (!fleet.await(REPORT_EVERY)) {
        System.err.println(fleet.status().toText());
      }
      Grade grade = fleet.stop();
      out.println(asJson ? grade.toJson() : grade.toText());
      return grade.passed() || (!grade.checked() && !grade.tookNothing()) ? 0 : 1;
    }
  }

  private Scenario read(Path file) {
    return scenario(file.toString(), parse(file), Instant.now(), FaultRates.none());
  }

  private static ObjectNode parse(Path file) {
    try {
      JsonNode node = new YAMLMapper().readTree(Files.readAllBytes(file));
      if (node instanceof ObjectNode scenario) {
        return scenario;
      }
      throw new CommandException(file + " is not a scenario: it must have fields");
    } catch (IOException e) {
      throw new CommandException("cannot read " + file + ": " + FileTrouble.of(e));
    }
  }

  /// The scenario that the options make.
  private Scenario asked() {
    FaultRates usual = rough ? FaultRates.rough() : FaultRates.none();
    Instant from = start == null ? Instant.now() : time(start);
    Scenario asked = scenario("the options", options(), from, usual);
    return backfill ? inThePast(asked) : asked;
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new CommandException("--start must be like 2026-02-01T00:00:00Z, got " + text);
    }
  }

  private Scenario inThePast(Scenario asked) {
    Tempo tempo = asked.settings().tempo();
    Duration length = tempo.duration();
    Instant from = start == null ? tempo.start().minus(length) : tempo.start();
    Tempo past = Tempo.backfill(tempo.seed(), from, length);
    return new Scenario(asked.name(), asked.settings().with(past), asked.phases());
  }

  private ObjectNode options() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.putObject("families")
        .put("breakers", breakers)
        .put("meters", meters)
        .put("environmental", environmental)
        .put("appliances", appliances)
        .put("energy", energy)
        .put("controllers", controllers)
        .put("sensors", sensors)
        .put("uncovered", uncovered);
    ObjectNode rates = node.putObject("faults");
    faults.forEach((name, rate) -> rates.put(name.replace('-', '_'), rate));
    return node.put("seed", seed)
        .put("speed", speed)
        .put("duration", duration)
        .put("zone", zone)
        .put("settle", SETTLE);
  }

  private Scenario scenario(String source, ObjectNode node, Instant from, FaultRates usual) {
    ScenarioForm form = new ScenarioForm();
    Scenario read = form.scenario(node, target(), from, usual);
    if (!form.errors().isEmpty()) {
      StringBuilder wrong = new StringBuilder(source + " cannot be simulated:");
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

  private int port() {
    return mqttPort != null
        ? mqttPort
        : Integer.parseInt(System.getenv().getOrDefault("WEIR_MQTT_PORT", "1883"));
  }

  @Command(name = "status", description = "Show the simulator inside the platform.")
  void status(@Mixin Remote platform) {
    try (Client client = platform.connect()) {
      print(client.get(PATH));
    }
  }

  @Command(name = "list", description = "List the simulated devices.")
  void list(@Mixin Remote platform) {
    try (Client client = platform.connect()) {
      String cursor = "";
      while (cursor != null) {
        JsonNode page = client.get(PATH + "/devices?page_size=1000" + cursor);
        page.path("items").forEach(this::printRow);
        String next = page.path("next_cursor").textValue();
        cursor = next == null ? null : "&cursor=" + next;
      }
    }
  }

  private void printRow(JsonNode device) {
    out.printf(
        "%-40s %-10s %s%n",
        device.path("id").asText(),
        device.path("family").asText(),
        device.path("connected").asBoolean() ? "connected" : "away");
  }

  @Command(name = "start", description = "Start a fleet inside the platform.")
  void start(
      @Mixin Remote platform,
      @Option(names = "--scenario", paramLabel = "FILE", description = "a YAML file")
          @Nullable Path file) {
    try (Client client = platform.connect()) {
      ObjectNode body = file == null ? JSON.createObjectNode() : parse(file);
      print(client.post(PATH + "/start", body));
    }
  }

  @Command(name = "stop", description = "Stop the fleet inside the platform, and grade.")
  void stop(@Mixin Remote platform) {
    try (Client client = platform.connect()) {
      print(client.post(PATH + "/stop"));
    }
  }

  @Command(name = "speed", description = "Change how fast the devices' time passes.")
  void speed(
      @Mixin Remote platform,
      @Parameters(paramLabel = "N", description = "devices' seconds per second") double wanted) {
    try (Client client = platform.connect()) {
      print(client.send("PATCH", PATH, JSON.createObjectNode().put("speed", wanted)));
    }
  }

  @Command(name = "mirror", description = "Mirror registered devices, or end it: on or off.")
  void mirror(
      @Mixin Remote platform,
      @Parameters(paramLabel = "on|off", description = "on or off") Wanted wanted) {
    try (Client client = platform.connect()) {
      ObjectNode body = JSON.createObjectNode().put("mirror", wanted == Wanted.ON);
      print(client.send("PATCH", PATH, body));
    }
  }

  private void print(JsonNode answer) {
    out.println(answer.toPrettyString());
  }
}
