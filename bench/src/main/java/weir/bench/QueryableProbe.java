package weir.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.locks.LockSupport;
import weir.event.EventId;

/// Publishes an event now and then and asks for it until it is found: the time from publish to
/// queryable, the question included.
final class QueryableProbe {

  private static final Duration PAUSE = Duration.ofMillis(250);

  /// After minutes of overload an event waits for all that came before it.
  private static final Duration PATIENCE = Duration.ofHours(1);

  private final ServerProcess server;
  private final LatencyHistogram latency = new LatencyHistogram();
  private final Thread thread;
  private volatile boolean running = true;
  private volatile int published;

  private QueryableProbe(ServerProcess server, Duration warmUp) {
    this.server = server;
    this.thread = Thread.ofPlatform().name("probe").start(() -> run(warmUp));
  }

  static QueryableProbe start(ServerProcess server, Duration warmUp) {
    return new QueryableProbe(server, warmUp);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by this thread alone.
  private void run(Duration warmUp) {
    LockSupport.parkNanos(warmUp.toNanos());
    try {
      while (running) {
        long from = System.nanoTime();
        publishOne(server, EventId.fresh(InstantSource.system()).value());
        latency.record(System.nanoTime() - from);
        published++;
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Posts one sensor event and returns when a query finds it.
  static void publishOne(ServerProcess server, String id) throws IOException, InterruptedException {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    String body =
        "{\"event_id\":\"%s\",\"device_id\":\"probe\",\"temperature\":20,\"humidity\":50,\"timestamp\":\"%s\"}"
            .formatted(id, now);
    long from = System.nanoTime();
    long deadline = from + PATIENCE.toNanos();
    while (server.post("/ingest", body).isMissingNode()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the probe's event was refused");
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    String question = "/api/events?device=probe&from=%s&to=%s".formatted(now, now.plusMillis(1));
    while (server.get(question).path("items").isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the event " + id + " was not found in time");
      }
      LockSupport.parkNanos(Math.max(10_000_000, (System.nanoTime() - from) / 20));
    }
  }

  /// Publishes no more.
  void stop() {
    running = false;
  }

  /// Waits until the last event is found.
  void await() throws InterruptedException {
    thread.join();
  }

  double millis(double share) {
    return latency.millis(share);
  }

  int published() {
    return published;
  }
}
