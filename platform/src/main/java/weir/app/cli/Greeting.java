package weir.app.cli;

import java.io.PrintWriter;
import weir.app.Platform;

/// What a starting platform tells its user: where to look, and the admin token the first
/// time.
final class Greeting {

  private Greeting() {}

  static void print(Platform platform, PrintWriter out) {
    String http = "http://127.0.0.1:" + platform.httpPort();
    out.println();
    out.println("Weir is ready.");
    out.println();
    out.println("  console         " + http + "/");
    out.println("  HTTP            " + http + "   (POST /ingest, REST under /api)");
    out.println("  interface       " + http + "/docs");
    platform
        .mqtt()
        .ifPresent(
            door -> {
              out.println("  MQTT            mqtt://127.0.0.1:" + door.port());
              out.println("  MQTT over WS    ws://127.0.0.1:" + door.websocketPort() + "/mqtt");
            });
    out.println("  log             " + platform.logAddress());
    out.println("  data            " + platform.dataDir());
    platform
        .newAdminToken()
        .ifPresent(
            token -> {
              out.println();
              out.println("  admin token, shown only now:");
              out.println("    export WEIR_ADMIN_TOKEN=" + token);
            });
    out.println();
  }
}
