package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.app.CommandException;

/// Lists, shows and replays what was set aside.
@Command(name = "dlq", description = "Dead letters: what was set aside, and why.")
final class DeadLetterCommand {

  private final PrintWriter out;

  DeadLetterCommand(PrintWriter out) {
    this.out = out;
  }

  @Command(name = "list", description = "List dead letters, newest first.")
  int list(
      @Mixin Remote remote,
      @Option(names = "--limit", defaultValue = "20", description = "how many (default 20)")
          int limit,
      @Option(names = "--reason", defaultValue = "", description = "only this reason")
          String reason,
      @Option(names = "--family", defaultValue = "", description = "only this family")
          String family,
      @Option(names = "--device", defaultValue = "", description = "only this device")
          String device) {
    try (Client client = remote.connect()) {
      Map<String, String> query = filter(reason, family, device);
      List<JsonNode> letters = letters(client, query, limit);
      if (letters.isEmpty()) {
        boolean all = (reason + family + device).isEmpty();
        out.println(all ? "Nothing was set aside." : "Nothing of this sort was set aside.");
        return 0;
      }
      out.printf(
          "%-10s %-24s %-16s %-11s %-24s %s%n",
          "position", "received", "reason", "family", "device", "detail");
      letters.forEach(letter -> printRow(letter, out));
      return 0;
    }
  }

  /// A page may end early when the letters that match are far apart, even without one of them.
  private static List<JsonNode> letters(Client client, Map<String, String> query, int limit) {
    List<JsonNode> letters = new ArrayList<>();
    while (letters.size() < limit) {
      query.put("limit", Integer.toString(limit - letters.size()));
      JsonNode page = client.get("/api/dead-letters" + Client.query(query));
      page.path("items").forEach(letters::add);
      String cursor = page.path("next_cursor").asText("");
      if (cursor.isEmpty()) {
        break;
      }
      query.put("cursor", cursor);
    }
    return letters;
  }

  private static void printRow(JsonNode letter, PrintWriter out) {
    out.printf(
        "%-10s %-24s %-16s %-11s %-24s %s%s%n",
        letter.path("position").asText(),
        letter.path("received_at").asText(),
        letter.path("reason").asText(),
        letter.path("family").asText(),
        letter.path("device_id").asText("-"),
        letter.path("detail").asText(),
        letter.path("replayed").asBoolean() ? " (replayed)" : "");
  }

  @Command(name = "show", description = "Show one dead letter with its bytes.")
  int show(
      @Mixin Remote remote,
      @Parameters(paramLabel = "POSITION", description = "as printed by list") String position) {
    try (Client client = remote.connect()) {
      JsonNode letter = client.get("/api/dead-letters/" + position);
      letter
          .properties()
          .forEach(field -> out.printf("%-15s %s%n", field.getKey(), field.getValue().asText("-")));
      return 0;
    }
  }

  @Command(
      name = "replay",
      description = "Send dead letters through the pipeline again: one, or all that match.")
  int replay(
      @Mixin Remote remote,
      @Parameters(
              paramLabel = "POSITION",
              arity = "0..1",
              defaultValue = "",
              description = "one letter; leave out with --all")
          String position,
      @Option(names = "--all", description = "all that match the filters") boolean all,
      @Option(names = "--reason", defaultValue = "", description = "only this reason")
          String reason,
      @Option(names = "--family", defaultValue = "", description = "only this family")
          String family,
      @Option(names = "--device", defaultValue = "", description = "only this device")
          String device) {
    if (position.isEmpty() != all) {
      throw new CommandException("name one position, or say --all");
    }
    try (Client client = remote.connect()) {
      JsonNode answer =
          all
              ? client.post(
                  "/api/dead-letters/replay" + Client.query(filter(reason, family, device)))
              : client.post("/api/dead-letters/" + position + "/replay");
      out.println("replayed " + answer.path("replayed").asLong());
      return 0;
    }
  }

  private static Map<String, String> filter(String reason, String family, String device) {
    Map<String, String> filter = new LinkedHashMap<>();
    filter.put("reason", reason);
    filter.put("family", family);
    filter.put("device", device);
    return filter;
  }
}
