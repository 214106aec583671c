package weir.app.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Asks the REST interface and prints the answer.
@Command(name = "get", description = "Ask the REST interface, as in: weir get /api/devices?limit=3")
final class GetCommand implements Callable<Integer> {

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  @Parameters(paramLabel = "PATH", description = "any path of the interface")
  private String path = "";

  GetCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Client client = remote.connect()) {
      out.println(client.get(path.startsWith("/") ? path : "/" + path).toPrettyString());
      return 0;
    }
  }
}
