package weir.examples.crm;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.AddressException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.examples.Web;

/// Writes to the owners of failing devices: looks the owner up at the platform, then sends a mail,
/// or keeps it in the outbox when there is no mail server. What fails is tried again every five
/// seconds; an address that the mail server refuses for good is not. A virtual thread of its own.
final class Notifier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
  private static final long PAUSE_SECONDS = 5;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String UNKNOWN = "N/A";

  private final Tickets tickets;
  private final CrmSettings settings;
  private final @Nullable Mailer mailer;
  private final Runnable changed;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final BlockingQueue<String> hints = new ArrayBlockingQueue<>(1);
  private final Thread thread;
  private volatile boolean closing;

  /// @param changed is told when a ticket has changed
  Notifier(Tickets tickets, CrmSettings settings, Runnable changed) {
    this.tickets = tickets;
    this.settings = settings;
    this.changed = changed;
    this.mailer =
        settings.smtpHost().isEmpty()
            ? null
            : new Mailer(settings.smtpHost(), settings.smtpPort(), settings.mailFrom());
    this.thread = Thread.ofVirtual().name("notifier").start(this::run);
  }

  /// Tells that there is somebody to write to.
  void wake() {
    boolean _ = hints.offer("");
  }

  private void run() {
    try {
      while (!closing) {
        try {
          writeAll();
        } catch (RuntimeException e) {
          LOG.error("owners could not be written to", e);
        }
        String _ = hints.poll(PAUSE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeAll() throws InterruptedException {
    List<Ticket> waiting = tickets.toNotify();
    for (Ticket ticket : waiting) {
      write(ticket);
    }
    if (!waiting.isEmpty()) {
      changed.run();
    }
  }

  private void write(Ticket ticket) throws InterruptedException {
    try {
      Ticket owned = ticket.contact().isEmpty() ? lookUp(ticket) : ticket;
      if (owned.contact().equals(UNKNOWN)) {
        tickets.unreachable(owned);
        return;
      }
      Mail mail = Mail.about(owned);
      if (mailer != null) {
        mailer.send(mail);
      }
      tickets.notified(owned, mail, mailer == null ? 0 : 1);
    } catch (AddressException | SendFailedException e) {
      LOG.warn("an owner's address is refused ticket={}", ticket.id());
      tickets.unreachable(ticket);
    } catch (IOException | MessagingException e) {
      LOG.warn("an owner could not be written to ticket={} reason={}", ticket.id(), e.getMessage());
    }
  }

  /// Asks the platform whose the device is.
  private Ticket lookUp(Ticket ticket) throws IOException, InterruptedException {
    String id = URLEncoder.encode(ticket.device(), StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(settings.platform() + "/api/devices/" + id + "/owner"))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + settings.platformToken())
            .build();
    HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (response.statusCode() != 200 && response.statusCode() != 404) {
      throw new IOException("the platform answered " + response.statusCode());
    }
    JsonNode owner =
        response.statusCode() == 200
            ? Web.JSON.readTree(response.body())
            : Web.JSON.createObjectNode();
    tickets.setOwner(ticket.id(), text(owner, "name"), text(owner, "email"));
    return tickets.find(ticket.id()).orElseThrow();
  }

  private static String text(JsonNode owner, String field) {
    String text = owner.path(field).asText("");
    return text.isEmpty() || text.equals("null") ? UNKNOWN : text;
  }

  @Override
  public void close() {
    closing = true;
    thread.interrupt();
    try {
      boolean _ = thread.join(TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }
}
