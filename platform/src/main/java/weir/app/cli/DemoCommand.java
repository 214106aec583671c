package weir.app.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import weir.app.CommandException;
import weir.app.Parts;
import weir.app.Platform;
import weir.app.PlatformSettings;
import weir.app.Simulation;
import weir.examples.Samples;
import weir.fleet.FleetSettings;
import weir.fleet.Mix;
import weir.fleet.Scenario;
import weir.fleet.Target;

/// Starts the platform with a mixed fleet that speaks to it over real sockets, and says where to
/// look.
@Command(
    name = "demo",
    description = "Start everything with a simulated fleet; end it with Ctrl-C.")
final class DemoCommand implements Callable<Integer> {

  /// The sample service and the CRM run on this machine, and hear of comings and goings too.
  /// Who is on this machine may try the doors without a credential.
  private static final Map<String, String> PRESET =
      Map.of("webhook.allow-loopback", "true", "presence.events", "true", "mqtt.anonymous", "true");

  private final PrintWriter out;
  @Mixin private final RunCommand.Flags flags = new RunCommand.Flags();

  DemoCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws InterruptedException {
    Parts parts = new Parts();
    RunCommand.closeAtExit(parts);
    PlatformSettings settings = flags.bind("demo", PRESET);
    Platform platform = parts.add(Platform.start(settings));
    Greeting.print(platform, out);
    Simulation simulation =
        platform
            .simulation()
            .orElseThrow(() -> new CommandException("the demo needs the role gateway"));
    Target target = simulation.target();
    simulation.start(new Scenario("demo", FleetSettings.demo(target, Instant.now()), List.of()));
    simulation.mirror(true);
    Samples samples = parts.add(samples(platform, settings));
    out.printf("  sample service  http://127.0.0.1:%d%n", samples.servicePort());
    out.printf(
        "  CRM             http://127.0.0.1:%d   (tickets of failing appliances)%n",
        samples.crmPort());
    out.printf(
        "  fleet           %d devices are speaking: appliances, energy, cloud, F2, HTTP sensors%n",
        Mix.demo().devices());
    out.println();
    out.println("  try             mosquitto_sub -p " + target.mqttPort() + " -t 'iot/#' -v");
    out.println("                  ./weir audit");
    out.println("  end it          Ctrl-C; the data stays in " + platform.dataDir());
    out.println();
    new CountDownLatch(1).await();
    return 0;
  }

  /// Starts the sample service and the CRM, which needs the admin token to look owners up.
  private static Samples samples(Platform platform, PlatformSettings settings) {
    Path folder = platform.dataDir().resolve("examples");
    String token = DemoToken.of(folder, settings.adminToken().or(platform::newAdminToken));
    try {
      return new Samples(folder, "http://127.0.0.1:" + platform.httpPort(), token, System.getenv());
    } catch (IllegalStateException | UncheckedIOException e) {
      throw new CommandException(
          "the samples cannot start: "
              + e.getMessage()
              + "; other ports are set with WEIR_EXAMPLES_SERVICE_PORT and WEIR_EXAMPLES_CRM_PORT");
    }
  }
}
