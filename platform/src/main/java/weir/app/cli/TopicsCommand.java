package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Looks into the log of a running platform.
@Command(name = "topics", description = "The topics of the log: list them, or follow one.")
final class TopicsCommand {

  private final PrintWriter out;

  TopicsCommand(PrintWriter out) {
    this.out = out;
  }

  @Command(name = "list", description = "List the topics with what they hold.")
  int list(@Mixin Remote remote) {
    try (Client client = remote.connect()) {
      JsonNode topics = client.get("/api/topics").path("topics");
      out.printf("%-40s %10s %14s%n", "topic", "partitions", "messages");
      topics.forEach(
          topic ->
              out.printf(
                  "%-40s %10d %,14d%n",
                  topic.path("name").asText(),
                  topic.path("partitions").size(),
                  topic.path("messages").asLong()));
      return 0;
    }
  }

  @Command(
      name = "tail",
      description = "Print new messages of a topic as they come; end it with Ctrl-C.")
  int tail(
      @Mixin Remote remote,
      @Parameters(paramLabel = "TOPIC", description = "as printed by list") String topic,
      @Option(
              names = {"-n", "--count"},
              defaultValue = "0",
              description = "end after so many (default: never)")
          int count,
      @Option(names = "--beginning", description = "the oldest messages, without waiting")
          boolean beginning) {
    try (Client client = remote.connect()) {
      if (beginning) {
        Map<String, String> query = new HashMap<>();
        query.put("from", "oldest");
        query.put("limit", count == 0 ? "" : Integer.toString(count));
        client
            .get("/api/topics/" + topic + "/messages" + Client.query(query))
            .path("items")
            .forEach(this::print);
        return 0;
      }
      int[] left = {count == 0 ? Integer.MAX_VALUE : count};
      client.follow(
          "/api/topics/" + topic + "/tail",
          "message",
          message -> {
            print(message);
            return --left[0] > 0;
          });
      return 0;
    }
  }

  private void print(JsonNode message) {
    out.printf(
        "%s %d@%d %s %s%n",
        message.path("time").asText(),
        message.path("partition").asInt(),
        message.path("offset").asLong(),
        message.path("key").asText("-"),
        message.path("text").asText("(" + message.path("bytes").asLong() + " bytes)"));
  }
}
