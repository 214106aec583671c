package weir.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// Measures what further pipeline processes are worth: as many messages wait in the log of a
/// gateway each time, and are read by some pipelines that then have nothing else to do. The
/// first quarter is not measured.
final class Pipelines {

  private static final int DEVICES = 100;
  private static final int PER_SECOND = 60_000;
  private static final int WINDOW = 256;
  private static final double WARM_UP_SHARE = 0.25;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Path home;
  private final Map<String, String> settings;
  private final Duration load;

  /// @param load how long messages are sent beforehand
  Pipelines(Path home, Map<String, String> settings, Duration load) {
    this.home = home;
    this.settings = settings;
    this.load = load;
  }

  /// Events a second that so many processes decoded together.
  double run(int processes) throws IOException, InterruptedException {
    Map<String, String> ofGateway = new HashMap<>(settings);
    ofGateway.put("quota.messages-per-second", "0");
    List<ServerProcess> pipelines = new ArrayList<>();
    try (ServerProcess gateway = new ServerProcess(home, "gateway,view", ofGateway)) {
      double _ = gateway.awaitReady();
      fill(gateway);
      Map<String, String> ofPipelines = new HashMap<>(settings);
      ofPipelines.put("kafka.bootstrap-servers", "127.0.0.1:" + gateway.kafkaPort());
      for (int i = 0; i < processes; i++) {
        pipelines.add(new ServerProcess(home, "pipeline", ofPipelines));
      }
      return drain(gateway);
    } finally {
      for (ServerProcess pipeline : pipelines) {
        pipeline.close();
      }
    }
  }

  private void fill(ServerProcess gateway) throws InterruptedException {
    LoadOptions options =
        new LoadOptions(
            "127.0.0.1", gateway.mqttPort(), DEVICES, PER_SECOND, WINDOW, Duration.ZERO, load);
    try (LoadGenerator generator = new LoadGenerator(options)) {
      generator.connect();
      LoadResult _ = generator.run();
    }
  }

  private static double drain(ServerProcess gateway) throws IOException, InterruptedException {
    long all = unread(gateway);
    long left = all;
    long measured = 0;
    long from = 0;
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (left > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(200_000_000);
      left = unread(gateway);
      if (from == 0 && left < all * (1 - WARM_UP_SHARE)) {
        from = System.nanoTime();
        measured = left;
      }
    }
    if (left > 0) {
      throw new IOException("the pipelines have not read " + left + " of " + all + " messages");
    }
    return measured / ((System.nanoTime() - from) / 1e9);
  }

  private static long unread(ServerProcess gateway) throws IOException, InterruptedException {
    JsonNode unread = gateway.get("/api/books").path("unread");
    if (unread.isMissingNode()) {
      throw new IOException("the books cannot be read");
    }
    return unread.asLong();
  }
}
