package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.app.CommandException;

/// Controls the simulator inside a running platform: the subcommands of `weir simulate`.
final class SimulationClient {

  private static final String PATH = "/api/simulation";
  private static final JsonMapper JSON = new JsonMapper();

  private final PrintWriter out;

  SimulationClient(PrintWriter out) {
    this.out = out;
  }

  /// Reads a scenario file.
  static ObjectNode read(Path file) {
    try {
      JsonNode node = new YAMLMapper().readTree(Files.readAllBytes(file));
      if (node instanceof ObjectNode scenario) {
        return scenario;
      }
      throw new CommandException(file + " is not a scenario: it must have fields");
    } catch (IOException e) {
      throw new CommandException("cannot read " + file + ": " + e.getMessage());
    }
  }

  private void print(JsonNode answer) {
    out.println(answer.toPrettyString());
  }

  /// How it is.
  @Command(name = "status", description = "Show the simulator inside the platform.")
  final class Show implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        print(client.get(PATH));
      }
    }
  }

  /// Who is in it.
  @Command(name = "list", description = "List the simulated devices.")
  final class Devices implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        String cursor = "";
        while (cursor != null) {
          JsonNode page = client.get(PATH + "/devices?page_size=1000" + cursor);
          for (JsonNode device : page.path("items")) {
            out.printf(
                "%-40s %-10s %s%n",
                device.path("id").asText(),
                device.path("family").asText(),
                device.path("connected").asBoolean() ? "connected" : "away");
          }
          String next = page.path("next_cursor").textValue();
          cursor = next == null ? null : "&cursor=" + next;
        }
      }
    }
  }

  /// Begins.
  @Command(name = "start", description = "Start a fleet inside the platform.")
  final class Start implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Option(names = "--scenario", paramLabel = "FILE", description = "a YAML file")
    private @Nullable Path scenario;

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        ObjectNode body = scenario == null ? JSON.createObjectNode() : read(scenario);
        print(client.post(PATH + "/start", body));
      }
    }
  }

  /// Ends.
  @Command(name = "stop", description = "Stop the fleet inside the platform, and grade.")
  final class Stop implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        print(client.post(PATH + "/stop"));
      }
    }
  }

  /// How fast.
  @Command(name = "speed", description = "Change how fast the devices' time passes.")
  final class Speed implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Parameters(paramLabel = "N", description = "devices' seconds per second")
    private double speed;

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        print(client.send("PATCH", PATH, JSON.createObjectNode().put("speed", speed)));
      }
    }
  }

  /// Whom it stands for.
  @Command(name = "mirror", description = "Mirror registered devices, or end it: on or off.")
  final class Mirror implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Parameters(paramLabel = "on|off", description = "on or off")
    private Wanted wanted = Wanted.ON;

    private enum Wanted {
      ON,
      OFF
    }

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        ObjectNode body = JSON.createObjectNode().put("mirror", wanted == Wanted.ON);
        print(client.send("PATCH", PATH, body));
      }
    }
  }

  /// What is wrong on purpose.
  @Command(name = "anomalies", description = "List the anomalies under way; trigger or end some.")
  final class Anomalies implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        print(client.get(PATH + "/anomalies"));
      }
    }
  }

  /// What goes wrong.
  @Command(name = "trigger", description = "Make an energy device, or a mirror, misbehave.")
  final class Trigger implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Option(names = "--device", description = "default: any")
    private @Nullable String device;

    @Option(names = "--type", description = "one of the four kinds; default: any")
    private @Nullable String type;

    @Option(names = "--readings", description = "how many readings it lasts")
    private @Nullable Integer readings;

    @Option(names = "--power", description = "what the power is multiplied by")
    private @Nullable Double power;

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        ObjectNode body = JSON.createObjectNode();
        if (device != null) {
          body.put("device_id", device);
        }
        if (type != null) {
          body.put("anomaly_type", type);
        }
        if (readings != null) {
          body.put("duration", readings);
        }
        if (power != null) {
          body.put("power_multiplier", power);
        }
        print(client.post(PATH + "/anomalies", body));
      }
    }
  }

  /// That it ends.
  @Command(name = "clear", description = "End all anomalies.")
  final class Clear implements Runnable {
    @Mixin private final Remote remote = new Remote();

    @Override
    public void run() {
      try (Client client = remote.connect()) {
        print(client.send("DELETE", PATH + "/anomalies", JSON.createObjectNode()));
      }
    }
  }
}
