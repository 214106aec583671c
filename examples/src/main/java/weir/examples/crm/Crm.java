package weir.examples.crm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import weir.examples.Web;

/// A mock CRM: takes error events at `/log_event`, keeps one ticket a device and error until it is
/// solved, has the owner written to, and shows it all on one page that follows by itself.
///
/// It says that it has an event only when that is on the disk.
public final class Crm implements AutoCloseable {

  private static final int LOCATION_SEE_OTHER = 303;

  private final Tickets tickets;
  private final Live live = new Live();
  private final Notifier notifier;
  private final WebServer server;

  public Crm(CrmSettings settings, InstantSource clock) {
    tickets = new Tickets(settings.file(), clock);
    notifier = new Notifier(tickets, settings, live::changed);
    server = Web.start(settings.port(), this::route);
  }

  private void route(HttpRouting.Builder routing) {
    routing
        .get("/", (request, response) -> file(response, "page.html", "text/html"))
        .get("/crm.js", (request, response) -> file(response, "crm.js", "text/javascript"))
        .get("/crm.css", (request, response) -> file(response, "crm.css", "text/css"))
        .get("/outbox.js", (request, response) -> file(response, "outbox.js", "text/javascript"))
        .get("/outbox", (request, response) -> file(response, "outbox.html", "text/html"))
        .get("/live", (request, response) -> live.follow(response))
        .get("/health", (request, response) -> Web.send(response, 200, Web.status("healthy")))
        .get("/api/tickets", this::list)
        .get("/api/tickets/{id}", this::show)
        .get("/api/outbox", this::outbox)
        .post("/log_event", this::log)
        .post("/solve_event/{id}", this::solve)
        .post("/notify_again/{id}", this::notifyAgain)
        .error(RuntimeException.class, Web::fail);
  }

  private void log(ServerRequest request, ServerResponse response) {
    Optional<ObjectNode> event = Web.body(request).flatMap(Web::object);
    String device = event.map(each -> each.path("device_id").asText()).orElse("");
    if (device.isEmpty()) {
      Web.send(response, 400, Web.status("an event is an object with a device_id"));
      return;
    }
    String error = text(event.get(), "error_code");
    if (error.isEmpty()) {
      Web.send(response, 200, Web.status("ignored"));
      return;
    }
    Tickets.Logged logged =
        tickets.log(text(event.get(), "event_id"), device, text(event.get(), "device_type"), error);
    if (logged != Tickets.Logged.KNOWN) {
      live.changed();
      notifier.wake();
    }
    Web.send(response, 200, Web.status(logged.name().toLowerCase(Locale.ROOT)));
  }

  private static String text(ObjectNode event, String field) {
    return event.path(field).isTextual() ? event.path(field).asText() : "";
  }

  private void list(ServerRequest request, ServerResponse response) {
    ObjectNode body = Web.JSON.createObjectNode();
    long pending = tickets.count("pending");
    long solved = tickets.count("solved");
    body.put("total", pending + solved).put("pending", pending).put("solved", solved);
    ArrayNode items = body.putArray("items");
    tickets
        .list(request.query().first("state").orElse("all"))
        .forEach(ticket -> items.add(ticket.json()));
    Web.send(response, 200, body);
  }

  private void show(ServerRequest request, ServerResponse response) {
    Optional<Ticket> ticket = tickets.find(id(request));
    if (ticket.isPresent()) {
      Web.send(response, 200, ticket.get().json());
    } else {
      Web.send(response, 404, Web.status("there is no such ticket"));
    }
  }

  private static long id(ServerRequest request) {
    String text = request.path().pathParameters().get("id");
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }

  private void solve(ServerRequest request, ServerResponse response) {
    answer(response, tickets.solve(id(request)));
  }

  private void notifyAgain(ServerRequest request, ServerResponse response) {
    boolean found = tickets.notifyAgain(id(request));
    notifier.wake();
    answer(response, found);
  }

  private void answer(ServerResponse response, boolean changed) {
    if (!changed) {
      Web.send(response, 404, Web.status("there is no such open ticket"));
      return;
    }
    live.changed();
    response.status(Status.create(LOCATION_SEE_OTHER));
    response.header(HeaderNames.LOCATION, "/").send();
  }

  private void outbox(ServerRequest request, ServerResponse response) {
    ArrayNode items = Web.JSON.createArrayNode();
    tickets
        .mails()
        .forEach(
            mail ->
                items
                    .addObject()
                    .put("recipient", mail.recipient())
                    .put("subject", mail.subject())
                    .put("body", mail.body()));
    Web.send(response, 200, items);
  }

  private static void file(ServerResponse response, String name, String mediaType) {
    try (InputStream in = Crm.class.getResourceAsStream(name)) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      response.header(HeaderNames.CONTENT_TYPE, mediaType + "; charset=utf-8");
      response.header(
          HeaderNames.create("Content-Security-Policy"), "default-src 'self'; base-uri 'none'");
      response.send(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    live.close();
    server.stop();
    notifier.close();
    tickets.close();
  }
}
