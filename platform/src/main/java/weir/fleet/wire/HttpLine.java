package weir.fleet.wire;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// One device that posts its messages, one after the other. Tries again with back-off when the
/// platform is away or asks to (429 and 5xx, with its `Retry-After` of up to a minute); any other
/// answer is final. The event id travels as `Idempotency-Key`.
///
/// Its queue is fed by any thread and emptied by one virtual thread. Connections are shared by the
/// whole fleet, so there is none to drop.
final class HttpLine implements Line {

  private static final Duration ANSWER = Duration.ofSeconds(15);
  private static final long RETRY_AFTER_SECONDS_MAX = 60;

  private final HttpClient client;
  private final URI base;
  private final Semaphore room;
  private final Optional<String> authorization;
  private final Receipts receipts;
  private final LinkedBlockingQueue<Parcel> waiting = new LinkedBlockingQueue<>();
  private final Backoff backoff = new Backoff();
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  HttpLine(
      HttpClient client,
      URI base,
      Semaphore room,
      String name,
      Optional<Login> login,
      Receipts receipts) {
    this.client = client;
    this.base = base;
    this.room = room;
    this.authorization = login.map(HttpLine::basic);
    this.receipts = receipts;
    this.thread = Thread.ofVirtual().name("fleet-http-" + name).unstarted(this::run);
  }

  void open() {
    thread.start();
  }

  private static String basic(Login login) {
    byte[] pair = (login.user() + ":" + login.token()).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  @Override
  public void send(Parcel parcel) {
    waiting.add(parcel);
    if (isClosed()) {
      refuseAll();
    }
  }

  @Override
  public void drop() {}

  @Override
  public void silence() {}

  @Override
  public void rejoin() {}

  @Override
  public boolean isConnected() {
    return !isClosed();
  }

  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  private void run() {
    while (!isClosed()) {
      try {
        deliver(waiting.take());
      } catch (InterruptedException e) {
        closing.countDown();
      }
    }
    refuseAll();
  }

  private void refuseAll() {
    for (Parcel left = waiting.poll(); left != null; left = waiting.poll()) {
      receipts.refused(left, "the line is closed");
    }
  }

  private void deliver(Parcel parcel) throws InterruptedException {
    HttpRequest request = request(parcel);
    try {
      while (true) {
        long start = System.nanoTime();
        Optional<HttpResponse<Void>> answer = attempt(request);
        int status = answer.map(HttpResponse::statusCode).orElse(503);
        if (status < 300) {
          backoff.succeeded();
          receipts.acknowledged(parcel, System.nanoTime() - start);
          return;
        }
        if (status != 429 && status < 500) {
          receipts.refused(parcel, "status " + status);
          return;
        }
        pause(answer);
      }
    } catch (InterruptedException e) {
      receipts.refused(parcel, "the line is closed");
      throw e;
    }
  }

  private HttpRequest request(Parcel parcel) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(parcel.path()))
            .timeout(ANSWER)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", parcel.id().value())
            .POST(HttpRequest.BodyPublishers.ofByteArray(parcel.payload()));
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request.build();
  }

  /// Empty when the platform could not be reached or did not answer.
  private Optional<HttpResponse<Void>> attempt(HttpRequest request) throws InterruptedException {
    room.acquire();
    try {
      return Optional.of(client.send(request, HttpResponse.BodyHandlers.discarding()));
    } catch (IOException unreachable) {
      return Optional.empty();
    } finally {
      room.release();
    }
  }

  private void pause(Optional<HttpResponse<Void>> answer) throws InterruptedException {
    long asked =
        answer
            .flatMap(refusal -> refusal.headers().firstValue("Retry-After"))
            .filter(text -> text.matches("\\d{1,4}"))
            .map(Long::parseLong)
            .orElse(0L);
    long seconds = Math.min(asked, RETRY_AFTER_SECONDS_MAX);
    closing.await(seconds * 1_000 + backoff.failed(), TimeUnit.MILLISECONDS);
  }
}
