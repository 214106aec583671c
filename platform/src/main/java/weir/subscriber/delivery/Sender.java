package weir.subscriber.delivery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.subscriber.Endpoint;
import weir.subscriber.SubscriberSettings;
import weir.trace.Step;
import weir.trace.Traces;

/// Sends signed requests and judges the answers. Safe for use by many threads, each of which waits
/// for its own answer.
///
/// Whatever a receiver does, from the look-up of its name to the last byte of its answer, ends
/// with the endpoint's timeout. Redirects are not followed.
final class Sender implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Sender.class);

  private final Connections connections;
  private final InstantSource clock;
  private final Traces traces;
  private final ScheduledThreadPoolExecutor watch;

  Sender(
      AddressRules rules, SubscriberSettings.Requests limits, InstantSource clock, Traces traces) {
    this.traces = traces;
    this.connections = new Connections(rules, limits.idleSocketsMax(), limits.connectTimeout());
    this.clock = clock;
    this.watch =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("webhook-timeouts").factory());
    watch.setRemoveOnCancelPolicy(true);
    var _ = watch.scheduleWithFixedDelay(connections::tidy, 10, 10, TimeUnit.SECONDS);
  }

  /// Sends a message and waits for the answer.
  ///
  /// @throws InterruptedIOException when this process is ending; the endpoint is not to blame
  /// @throws CrowdedException when this process has too much to do
  Attempt send(Endpoint endpoint, Message message) throws InterruptedIOException, CrowdedException {
    String trace = message.trace();
    Step step = trace == null ? null : traces.begin(Traces.Kind.CALL, "deliver", trace);
    if (step == null) {
      return attempt(endpoint, message, trace);
    }
    Attempt attempt = attempt(endpoint, message, step.context());
    step.with("weir.service_id", endpoint.application())
        .with("server.address", host(endpoint.url()))
        .with("weir.outcome", attempt.verdict().text());
    if (!(attempt.verdict() instanceof Verdict.Delivered)) {
      step.failed(attempt.detail());
    }
    step.end();
    return attempt;
  }

  private Attempt attempt(Endpoint endpoint, Message message, @Nullable String trace)
      throws InterruptedIOException, CrowdedException {
    Instant at = clock.instant();
    byte[] request = request(endpoint, message, at, trace);
    long start = System.nanoTime();
    Duration timeout = endpoint.options().timeout();
    try {
      Connection.Answer answer = exchange(endpoint.url(), request, start + timeout.toNanos());
      Verdict verdict = Verdict.of(answer.status(), answer.header("retry-after"), clock.instant());
      boolean kept = !(verdict instanceof Verdict.Delivered);
      return new Attempt(
          at, verdict, answer.status(), millis(start), "", kept ? answer.body() : "");
    } catch (CrowdedException e) {
      throw e;
    } catch (RejectedExecutionException ending) {
      throw new InterruptedIOException();
    } catch (IOException e) {
      if (Thread.currentThread().isInterrupted() || watch.isShutdown()) {
        throw new InterruptedIOException();
      }
      boolean late = millis(start) >= timeout.toMillis();
      String detail = late ? "no whole answer within " + timeout.toSeconds() + " s" : reason(e);
      return new Attempt(at, new Verdict.Failed(Duration.ZERO), null, millis(start), detail, "");
    }
  }

  private static long millis(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  /// Words of our own: what a receiver says in an exception is not repeated.
  private static String reason(IOException e) {
    return switch (e) {
      case BlockedAddressException blocked -> String.valueOf(blocked.getMessage());
      case UnknownHostException _ -> "the name is not known";
      case SocketTimeoutException _ -> "no connection in time";
      case SSLException _ -> "TLS failed";
      case ConnectException _ -> "no connection";
      default -> "the connection broke or the answer was not HTTP";
    };
  }

  /// On a connection used before, a receiver that closed it meanwhile is asked again on a new one,
  /// for as long as there is time.
  private Connection.Answer exchange(URI url, byte[] request, long endNanos) throws IOException {
    Connection used = connections.used(url);
    if (used != null) {
      try {
        return exchange(url, used, request, endNanos);
      } catch (IOException e) {
        if (used.heard() || used.wasCut() || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
    Socket socket = Connections.unconnected();
    ScheduledFuture<?> limit = watch(() -> close(socket), endNanos);
    try {
      Connection connection = connections.connect(url, socket, left(endNanos));
      return finish(url, connection, request);
    } catch (IOException e) {
      socket.close();
      throw e;
    } finally {
      limit.cancel(false);
    }
  }

  private Connection.Answer exchange(URI url, Connection connection, byte[] request, long endNanos)
      throws IOException {
    ScheduledFuture<?> limit = watch(connection::cut, endNanos);
    try {
      return finish(url, connection, request);
    } catch (IOException e) {
      connection.close();
      throw e;
    } finally {
      limit.cancel(false);
    }
  }

  private static Duration left(long endNanos) {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }

  private ScheduledFuture<?> watch(Runnable end, long endNanos) {
    return watch.schedule(end, left(endNanos).toNanos(), TimeUnit.NANOSECONDS);
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("closing a socket failed reason={}", e.getMessage());
    }
  }

  private Connection.Answer finish(URI url, Connection connection, byte[] request)
      throws IOException {
    Connection.Answer answer = connection.exchange(request, System.nanoTime());
    connections.giveBack(url, connection);
    return answer;
  }

  private static byte[] request(
      Endpoint endpoint, Message message, Instant at, @Nullable String trace) {
    URI url = URI.create(endpoint.url().toASCIIString());
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String head =
        "POST %s%s HTTP/1.1\r\nHost: %s\r\n".formatted(path, query, host(url))
            + "User-Agent: weir-webhooks\r\nAccept-Encoding: identity\r\nContent-Type: "
            + message.mediaType()
            + "\r\nContent-Length: "
            + message.body().length
            + "\r\nwebhook-id: "
            + message.id()
            + "\r\nwebhook-timestamp: "
            + at.getEpochSecond()
            + "\r\nwebhook-signature: "
            + Signature.of(message.id(), at, message.body(), endpoint.secrets().at(at))
            + "\r\nweir-service-id: "
            + endpoint.application()
            + (trace == null ? "" : "\r\ntraceparent: " + trace)
            + "\r\n\r\n";
    ByteArrayOutputStream request =
        new ByteArrayOutputStream(head.length() + message.body().length);
    request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(message.body());
    return request.toByteArray();
  }

  private static String host(URI url) {
    return url.getPort() == -1 ? url.getHost() : url.getHost() + ":" + url.getPort();
  }

  @Override
  public void close() {
    watch.shutdownNow();
    connections.close();
  }
}
