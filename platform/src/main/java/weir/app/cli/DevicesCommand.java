package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.app.CommandException;

/// Works on the devices of a running platform.
@Command(
    name = "devices",
    description = "Work on the registered devices.",
    synopsisSubcommandLabel = "COMMAND")
final class DevicesCommand implements Callable<Integer> {

  private static final JsonMapper JSON = new JsonMapper();
  private static final int CHUNK = 2_000;

  private final PrintWriter out;

  DevicesCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    throw new CommandException("say what to do: weir devices generate N");
  }

  /// `weir devices generate N`.
  @Command(
      name = "generate",
      description = "Make sample devices, household appliances with owners.",
      footer = {
        "",
        "  ./weir devices generate 1000",
        "  ./weir devices generate 500 --seed 7 --tokens tokens.csv"
      })
  Integer generate(
      @Parameters(paramLabel = "N", description = "how many, up to ten million") int count,
      @Option(names = "--seed", defaultValue = "1", description = "the same seed, the same devices")
          int seed,
      @Option(names = "--no-owners", description = "without owners") boolean ownerless,
      @Option(
              names = "--tokens",
              paramLabel = "FILE",
              description = "a token for each, written here; they cannot be seen again")
          @Nullable Path tokens,
      @Mixin Remote remote) {
    if (count < 1 || count > 10_000_000) {
      throw new CommandException("N must be 1 to 10000000");
    }
    try (Client client = remote.connect();
        TokenFile file = tokens == null ? null : TokenFile.create(tokens)) {
      long created = generate(client, count, seed, ownerless, file);
      out.printf("%d devices made, %d were there already%n", created, count - created);
      if (file != null && created < count) {
        out.println("those that were there already got no token");
      }
    }
    return 0;
  }

  private static long generate(
      Client client, int count, int seed, boolean ownerless, @Nullable TokenFile tokens) {
    ProgressBar bar = new ProgressBar(System.err, "devices", count);
    long created = 0;
    for (int done = 0; done < count; done += CHUNK) {
      int some = Math.min(CHUNK, count - done);
      ObjectNode form = JSON.createObjectNode();
      form.put("count", some);
      form.put("first", done + 1);
      form.put("seed", seed);
      form.put("owners", !ownerless);
      form.put("tokens", tokens != null);
      JsonNode answer = client.post("/api/devices/generate", form);
      created += answer.path("created").asLong();
      if (tokens != null) {
        tokens.add(answer.path("tokens"));
      }
      bar.show(done + some);
    }
    bar.end();
    return created;
  }
}
