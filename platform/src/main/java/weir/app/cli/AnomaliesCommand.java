package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Lists what simulated devices do wrong on purpose; its subcommands begin and end that.
@Command(name = "anomalies", description = "List the anomalies under way; trigger or end some.")
final class AnomaliesCommand implements Runnable {

  private static final String PATH = SimulateCommand.PATH + "/anomalies";
  private static final JsonMapper JSON = new JsonMapper();

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  AnomaliesCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void run() {
    try (Client client = remote.connect()) {
      print(client.get(PATH));
    }
  }

  private void print(JsonNode answer) {
    out.println(answer.toPrettyString());
  }

  @Command(name = "trigger", description = "Make an energy device, or a mirror, misbehave.")
  void trigger(
      @Mixin Remote platform,
      @Option(names = "--device", description = "default: any") @Nullable String device,
      @Option(names = "--type", description = "one of the four kinds; default: any")
          @Nullable String type,
      @Option(names = "--readings", description = "how many readings it lasts")
          @Nullable Integer readings,
      @Option(names = "--power", description = "what the power is multiplied by")
          @Nullable Double power) {
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
    try (Client client = platform.connect()) {
      print(client.post(PATH, body));
    }
  }

  @Command(name = "clear", description = "End all anomalies.")
  void clear(@Mixin Remote platform) {
    try (Client client = platform.connect()) {
      print(client.send("DELETE", PATH, JSON.createObjectNode()));
    }
  }
}
