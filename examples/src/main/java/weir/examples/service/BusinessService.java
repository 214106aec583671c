package weir.examples.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.examples.Web;

/// A business service: registers, subscribes to its devices, and passes errors on to the CRM.
///
/// It answers 2xx only when it will not need the event again: after the CRM has the error, or when
/// there is none to pass on. While the CRM is away it answers 503, so that the platform keeps the
/// event and sends it again; what it has dealt with before it drops by its device and id.
public final class BusinessService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(BusinessService.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long RENEWAL_SECONDS = 600;
  private static final long RETRY_SECONDS = 2;

  private final ServiceSettings settings;
  private final InstantSource clock;
  private final Memory memory;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final WebServer server;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread subscriber;
  private volatile @Nullable WebhookVerifier verifier;

  public BusinessService(ServiceSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    memory = new Memory(settings.file(), clock);
    server = Web.start(settings.port(), this::route);
    subscriber = Thread.ofVirtual().name("subscriber").start(this::staySubscribed);
  }

  private void route(HttpRouting.Builder routing) {
    routing
        .post("/notify", this::take)
        .get("/health", (request, response) -> Web.send(response, 200, Web.status("healthy")))
        .error(RuntimeException.class, Web::fail);
  }

  private void staySubscribed() {
    Registration registration = new Registration(settings, memory, http);
    try {
      boolean subscribed;
      do {
        subscribed = subscribe(registration);
      } while (!stop.await(subscribed ? RENEWAL_SECONDS : RETRY_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean subscribe(Registration registration) throws InterruptedException {
    try {
      String callback = "http://127.0.0.1:" + server.port() + "/notify";
      Memory.Identity identity = registration.identity(callback);
      verifier = new WebhookVerifier(identity.secret(), clock);
      registration.subscribe(identity, callback);
      memory.forgetOld();
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.warn("not subscribed yet reason={}", e.getMessage());
      return false;
    }
  }

  private void take(ServerRequest request, ServerResponse response) {
    WebhookVerifier known = verifier;
    Optional<byte[]> body = Web.body(request);
    String id = header(request, "webhook-id");
    boolean genuine =
        known != null
            && body.isPresent()
            && known.isGenuine(
                id,
                header(request, "webhook-timestamp"),
                header(request, "webhook-signature"),
                body.get());
    if (!genuine) {
      Web.send(response, 401, Web.status("the signature does not fit"));
      return;
    }
    Optional<ObjectNode> event = Web.object(body.get());
    // Ids come from devices: two of them may use the same.
    String identity = event.map(each -> each.path("device_id").asText("")).orElse("") + " " + id;
    if (memory.hasSeen(identity)) {
      Web.send(response, 200, Web.status("known"));
      return;
    }
    int passed = event.filter(BusinessService::isError).isPresent() ? passOn(body.get()) : 200;
    switch (passed / 100) {
      case 2 -> {
        memory.see(identity);
        Web.send(response, 200, Web.status("taken"));
      }
      case 4 -> Web.send(response, 422, Web.status("the CRM does not want this event"));
      default -> Web.send(response, 503, Web.status("the CRM is away"));
    }
  }

  private static String header(ServerRequest request, String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  private static boolean isError(ObjectNode event) {
    return event.path("error_code").isTextual() && !event.path("error_code").asText().isEmpty();
  }

  /// What the CRM answers; 503 when it does not.
  private int passOn(byte[] event) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(settings.crm() + "/log_event"))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(event))
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException away) {
      return 503;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 503;
    }
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    stop.countDown();
    server.stop();
    subscriber.interrupt();
    try {
      boolean _ = subscriber.join(TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
    memory.close();
  }
}
