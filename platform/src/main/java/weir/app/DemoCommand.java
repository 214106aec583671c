package weir.app;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import weir.fleet.Fleet;
import weir.fleet.FleetSettings;
import weir.fleet.Mix;
import weir.fleet.Target;

/// Starts the platform with a mixed fleet that speaks to it over real sockets, and says where to
/// look.
@Command(
    name = "demo",
    description = "Start everything with a simulated fleet; end it with Ctrl-C.")
final class DemoCommand implements Callable<Integer> {

  /// The sample service and the CRM run on this machine.
  private static final Map<String, String> PRESET = Map.of("webhook.allow-loopback", "true");

  private final PrintWriter out;
  @Mixin private final RunCommand.Flags flags = new RunCommand.Flags();

  DemoCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws InterruptedException {
    Parts parts = new Parts();
    RunCommand.closeAtExit(parts);
    Platform platform = parts.add(Platform.start(flags.bind("demo", PRESET)));
    Greeting.print(platform, out);
    int mqttPort =
        platform
            .mqtt()
            .orElseThrow(() -> new CommandException("the demo needs the role gateway"))
            .port();
    Target target = Target.local(mqttPort, platform.httpPort(), Optional.empty());
    Fleet fleet = parts.add(new Fleet(FleetSettings.demo(target, Instant.now())));
    fleet.start();
    platform.simulation().ifPresent(simulation -> simulation.mirror(true));
    out.printf(
        "  fleet           %d devices are speaking: appliances, energy, cloud, F2, HTTP sensors%n",
        Mix.demo().devices());
    out.println();
    out.println("  try             mosquitto_sub -p " + mqttPort + " -t 'iot/#' -v");
    out.println("                  ./weir audit");
    out.println("  end it          Ctrl-C; the data stays in " + platform.dataDir());
    out.println();
    new CountDownLatch(1).await();
    return 0;
  }
}
