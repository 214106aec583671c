package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Backs a running platform up.
@Command(
    name = "backup",
    description = "Copy the data of a running platform; restore it with weir restore.")
final class BackupCommand implements Callable<Integer> {

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  BackupCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Client client = remote.connect()) {
      JsonNode made = client.postPatiently("/api/backups");
      out.printf("%s%n", made.path("folder").asText());
      out.printf(
          "%.1f MB in %.1f s; take it to another disk%n",
          made.path("bytes").asLong() / 1e6, made.path("millis").asLong() / 1e3);
      for (JsonNode missing : made.path("elsewhere")) {
        out.printf("NOT in it: %s%n", missing.path("what").asText());
        out.printf("           %s%n", missing.path("how").asText());
      }
      return 0;
    }
  }
}
