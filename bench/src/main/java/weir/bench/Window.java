package weir.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The measured part of a run, seen from the platform: its processor time and what it stored.
final class Window {

  private final ServerProcess server;
  private final CompletableFuture<Mark> opened;

  private record Mark(long nanos, double cpuSeconds, long stored) {}

  /// @param lag accepted and not yet stored or set aside, when the window closed
  record Figures(double cpuSeconds, double storedPerSecond, long lag) {}

  private Window(ServerProcess server, CompletableFuture<Mark> opened) {
    this.server = server;
    this.opened = opened;
  }

  /// Opens after the warm-up.
  static Window open(ServerProcess server, Duration warmUp) {
    var later = CompletableFuture.delayedExecutor(warmUp.toMillis(), TimeUnit.MILLISECONDS);
    return new Window(server, CompletableFuture.supplyAsync(() -> mark(server), later));
  }

  private static Mark mark(ServerProcess server) {
    try {
      JsonNode total = server.get("/api/books").path("total");
      return new Mark(System.nanoTime(), server.cpuSeconds(), total.path("stored").asLong());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// From the opening to now: CPU-seconds for a million events that were stored.
  double cpuPerMillionStored() {
    Mark from = opened.join();
    Mark to = mark(server);
    return (to.cpuSeconds() - from.cpuSeconds()) / (to.stored() - from.stored()) * 1e6;
  }

  Figures close() throws IOException, InterruptedException {
    Mark from = opened.join();
    Mark to = mark(server);
    double seconds = (to.nanos() - from.nanos()) / 1e9;
    long lag = server.get("/api/books").path("total").path("waiting").asLong();
    return new Figures(
        to.cpuSeconds() - from.cpuSeconds(), (to.stored() - from.stored()) / seconds, lag);
  }
}
