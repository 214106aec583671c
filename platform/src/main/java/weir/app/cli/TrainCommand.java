package weir.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import weir.app.Platform;
import weir.app.PlatformSettings;
import weir.fleet.Fleet;
import weir.fleet.FleetSettings;
import weir.fleet.Target;

/// Runs the platform with the demo's fleet for some seconds in a temporary folder, so that the JVM
/// can record which classes a start needs. The launcher calls it once after a build; the recording
/// makes every later start quicker.
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {

  private static final Duration LENGTH = Duration.ofSeconds(6);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("weir-train-");
    try {
      run(folder);
      return 0;
    } finally {
      delete(folder);
    }
  }

  private static void run(Path folder) throws InterruptedException {
    Map<String, String> anyPorts =
        Map.of("http.port", "0", "mqtt.port", "0", "mqtt.websocket-port", "0", "kafka.port", "0");
    PlatformSettings settings = PlatformSettings.bind(null, Map.of(), anyPorts, folder);
    try (Platform platform = Platform.start(settings)) {
      Optional<String> token = platform.newAdminToken();
      int mqttPort = platform.mqtt().orElseThrow().port();
      Target target = Target.local(mqttPort, platform.httpPort(), token);
      try (Fleet fleet = new Fleet(FleetSettings.demo(target, Instant.now()));
          Client client = new Client("http://127.0.0.1:" + platform.httpPort(), token.orElse(""))) {
        fleet.start();
        fleet.await(LENGTH);
        client.get("/api/devices");
        client.post("/api/audit");
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
