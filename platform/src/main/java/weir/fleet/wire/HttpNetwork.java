package weir.fleet.wire;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// The HTTP side of a fleet: one client for all devices, at most 64 requests at one time.
public final class HttpNetwork implements AutoCloseable {

  private static final int REQUESTS_MAX = 64;

  private final URI base;
  private final Semaphore room = new Semaphore(REQUESTS_MAX);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fleet-http-", 0).factory());
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .executor(threads)
          .build();

  public HttpNetwork(URI base) {
    this.base = base;
  }

  /// A line for one device, carried by a virtual thread.
  public Line line(String deviceId, Optional<Login> login, Receipts receipts) {
    HttpLine line = new HttpLine(client, base, room, deviceId, login, receipts);
    line.open();
    return line;
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
