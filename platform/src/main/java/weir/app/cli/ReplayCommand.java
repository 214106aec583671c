package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs messages of the past through today's decoders.
@Command(
    name = "replay",
    description =
        "Run a time of raw messages through today's decoders and show how that differs from what"
            + " is stored; ends with 1 when it does.")
final class ReplayCommand implements Callable<Integer> {

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  @Option(names = "--from", required = true, description = "received then or later (ISO 8601)")
  private String from = "";

  @Option(names = "--to", required = true, description = "and before that")
  private String to = "";

  @Option(names = "--devices", split = ",", description = "only these ids (default: all)")
  private List<String> devices = List.of();

  @Option(names = "--into", description = "also store the outcome in a shadow store of this name")
  private String into = "";

  @Option(names = "--promote", description = "replace what is stored where it differs")
  private boolean promote;

  ReplayCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    ObjectNode form = new ObjectMapper().createObjectNode().put("from", from).put("to", to);
    if (!devices.isEmpty()) {
      devices.forEach(form.putArray("devices")::add);
    }
    if (!into.isEmpty()) {
      form.put("into", into);
    }
    form.put("promote", promote);
    try (Client client = remote.connect()) {
      JsonNode report = client.postPatiently("/api/replays", form);
      print(report);
      return report.path("changed").asLong() + report.path("moved").asLong() == 0 || promote
          ? 0
          : 1;
    }
  }

  private void print(JsonNode report) {
    line(report, "messages", "raw messages");
    line(report, "same", "stored just so");
    line(report, "changed", "would be stored differently");
    line(report, "moved", "would get another time (not promoted)");
    line(report, "unstored", "can be decoded, and are not stored");
    line(report, "refused", "would be set aside");
    line(report, "shadowed", "written to the shadow store");
    line(report, "promoted", "replaced in the store");
    for (JsonNode example : report.path("examples")) {
      out.printf(
          "  %s %s %s: %s -> %s%n",
          example.path("device").asText(),
          example.path("event_id").asText(),
          example.path("what").asText(),
          example.path("stored").asText(),
          example.path("now").asText());
    }
  }

  private void line(JsonNode report, String field, String words) {
    out.printf("%,14d  %s%n", report.path(field).asLong(), words);
  }
}
