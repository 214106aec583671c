package weir.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Asks the REST interface and prints the answer.
@Command(name = "get", description = "Ask the REST interface, as in: weir get /api/devices?limit=3")
final class GetCommand implements Callable<Integer> {

  private static final ObjectMapper JSON = new ObjectMapper();

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
      out.println(readable(client.getText(path.startsWith("/") ? path : "/" + path)));
      return 0;
    }
  }

  private static String readable(String answer) {
    try {
      return JSON.readTree(answer).toPrettyString();
    } catch (JsonProcessingException text) {
      return answer;
    }
  }
}
