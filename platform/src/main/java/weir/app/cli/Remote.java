package weir.app.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import weir.app.CommandException;

/// Where the running platform is, for the commands that ask it.
final class Remote {

  @Option(
      names = "--url",
      description =
          "the platform's address (default: WEIR_URL, else http://127.0.0.1:WEIR_HTTP_PORT)")
  @Nullable String url;

  @Option(names = "--token", description = "the admin token (default: WEIR_ADMIN_TOKEN)")
  @Nullable String token;

  Client connect() {
    return new Client(address(), adminToken());
  }

  String address() {
    Map<String, String> environment = System.getenv();
    String standard = "http://127.0.0.1:" + environment.getOrDefault("WEIR_HTTP_PORT", "8080");
    return url != null ? url : environment.getOrDefault("WEIR_URL", standard);
  }

  String adminToken() {
    String given = tokenOrNull();
    if (given == null || given.isEmpty()) {
      throw new CommandException(
          "needs the admin token, printed when the platform first started; set WEIR_ADMIN_TOKEN or --token");
    }
    return given;
  }

  @Nullable String tokenOrNull() {
    return token != null ? token : System.getenv("WEIR_ADMIN_TOKEN");
  }
}
