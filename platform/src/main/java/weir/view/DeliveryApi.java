package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.Form;
import weir.device.Outcome;
import weir.event.ProblemException;
import weir.subscriber.Application;
import weir.subscriber.Applications;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.delivery.Deliveries;
import weir.subscriber.delivery.Deliveries.Range;
import weir.subscriber.delivery.Deliveries.Redelivered;
import weir.subscriber.delivery.DeliveryLog;
import weir.subscriber.delivery.DeliveryLog.AttemptQuery;
import weir.subscriber.delivery.DeliveryLog.Open;
import weir.subscriber.delivery.DeliveryLog.State;
import weir.subscriber.delivery.Place;
import weir.subscriber.delivery.Wanted;

/// What is delivered to an application, and what its owner can do about it, under
/// `/api/applications/{id}`; the endpoints of all under `/api/endpoints`, and one event at
/// all of them under `/api/events/{event}/deliveries`.
public final class DeliveryApi implements HttpService {

  private static final String PATH = "/api/applications/{id}";
  private static final int PAGE_MAX = 1_000;
  private static final int PAGE = 100;
  private static final int NOTICES = 20;
  private static final int GRACE_HOURS_MAX = 168;
  private static final String FAILING = "failing";
  private static final Set<String> OUTCOMES = Set.of("delivered", "refused", "failed", "gone");

  private final Applications applications;
  private final Endpoints endpoints;
  private final Deliveries deliveries;
  private final DeliveryLog log;

  public DeliveryApi(
      Applications applications, Endpoints endpoints, Deliveries deliveries, DeliveryLog log) {
    this.applications = applications;
    this.endpoints = endpoints;
    this.deliveries = deliveries;
    this.log = log;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/endpoints", this::list)
        .any("/api/endpoints", Answers.only("GET"))
        .get("/api/events/{event}/deliveries", this::showEvent)
        .get(PATH + "/endpoint", this::show)
        .put(PATH + "/endpoint", this::change)
        .patch(PATH + "/endpoint", this::change)
        .any(PATH + "/endpoint", Answers.only("GET, PUT, PATCH"))
        .get(PATH + "/deliveries", this::listDeliveries)
        .get(PATH + "/deliveries/{event}", this::showDelivery)
        .get(PATH + "/attempts", this::listAttempts);
    post(rules, "/deliveries/{event}/redeliver", this::redeliver);
    post(rules, "/redeliver", this::redeliverMany);
    post(rules, "/pause", (request, response) -> enter(response, pause(request)));
    post(rules, "/resume", (request, response) -> enter(response, resume(request)));
    post(rules, "/skip", this::skip);
    post(rules, "/test", this::test);
    post(rules, "/rotate-secret", this::rotateSecret);
  }

  private static void post(HttpRules rules, String path, Handler handler) {
    rules.post(PATH + path, handler).any(PATH + path, Answers.only("POST"));
  }

  private Endpoint endpoint(ServerRequest request) {
    String id = ApplicationApi.find(applications, request).id();
    return endpoints
        .of(id)
        .orElseThrow(() -> ProblemException.notFound("the application has no callback URL"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    String state = form.text("state");
    if (state != null && !state.equals(FAILING) && !isState(state)) {
      form.wrong("state", "must be active, paused, disabled, gone or failing");
    }
    long after = cursor(form, 0);
    int limit = form.number("limit", 1, PAGE_MAX, PAGE);
    form.check();
    Set<Long> failing = log.failing();
    Collection<Endpoint> all = endpoints.all();
    List<Endpoint> behind =
        all.stream()
            .filter(each -> each.number() > after)
            .filter(each -> state == null || isIn(state, each, failing))
            .sorted(Comparator.comparingLong(Endpoint::number))
            .toList();
    List<Endpoint> found = behind.subList(0, Math.min(limit, behind.size()));
    Map<Long, DeliveryLog.Status> statuses =
        log.statuses(found.stream().map(Endpoint::number).toList());
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(
        each ->
            items.add(json(each, statuses.getOrDefault(each.number(), DeliveryLog.Status.NONE))));
    body.put(
        "next_cursor",
        found.size() == behind.size() ? null : Long.toString(found.getLast().number()));
    body.set("counts", counts(all, failing));
    DeliveryLog.Totals totals = log.totals();
    body.put("waiting", totals.waiting());
    body.put("parked", totals.parked());
    body.put("attempts", totals.attempts());
    Answers.send(response, body);
  }

  /// How many endpoints there are in each state.
  private static ObjectNode counts(Collection<Endpoint> endpoints, Set<Long> failing) {
    ObjectNode counts = JsonBody.JSON.createObjectNode();
    for (Endpoint.State state : Endpoint.State.values()) {
      counts.put(state.text(), endpoints.stream().filter(each -> each.state() == state).count());
    }
    return counts.put(FAILING, failing.size());
  }

  private static boolean isState(String text) {
    return Arrays.stream(Endpoint.State.values()).anyMatch(state -> state.text().equals(text));
  }

  private static boolean isIn(String state, Endpoint endpoint, Set<Long> failing) {
    return state.equals(FAILING)
        ? failing.contains(endpoint.number())
        : state.equals(endpoint.state().text());
  }

  private void show(ServerRequest request, ServerResponse response) {
    Endpoint endpoint = endpoint(request);
    ObjectNode body = json(endpoint);
    ArrayNode notices = body.putArray("notices");
    log.notices(endpoint.number(), NOTICES)
        .forEach(
            notice ->
                notices
                    .addObject()
                    .put("at", notice.at().toString())
                    .put("kind", notice.kind())
                    .put("detail", notice.detail()));
    Answers.send(response, body);
  }

  private void change(ServerRequest request, ServerResponse response) {
    String id = ApplicationApi.find(applications, request).id();
    boolean fresh = endpoints.of(id).isEmpty();
    Endpoint changed = Answers.saved(endpoints.change(id, JsonBody.object(request)), "endpoint");
    ObjectNode body = json(changed);
    if (fresh) {
      body.put("webhook_secret", changed.secrets().current().text());
      response.header(HeaderNames.CACHE_CONTROL, "no-store");
    }
    Answers.send(response, body);
  }

  private ObjectNode json(Endpoint endpoint) {
    return json(endpoint, log.status(endpoint.number()));
  }

  private ObjectNode json(Endpoint endpoint, DeliveryLog.Status status) {
    Endpoint.Options options = endpoint.options();
    ObjectNode node = whose(endpoint);
    node.put("url", endpoint.url().toString());
    node.put("format", options.format().text());
    node.put("order", options.order().text());
    node.put("on_refusal", options.onRefusal().text());
    node.put("in_flight_max", options.inFlightMax());
    node.put("timeout_seconds", options.timeout().toSeconds());
    node.put("state", endpoint.state().text());
    node.put("reason", endpoint.condition().reason());
    node.put("state_since", endpoint.condition().since().toString());
    node.put("previous_secret_until", text(endpoint.secrets().previousUntil()));
    node.put("waiting", status.waiting());
    node.put("refused", status.refused());
    node.put("parked", status.parked());
    node.put("oldest_waiting_at", text(status.oldestWaiting()));
    node.put("failures_in_a_row", status.failures());
    node.put("failing_since", text(status.failingSince()));
    node.put("next_probe_at", text(status.nextProbe()));
    return node;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private void listDeliveries(ServerRequest request, ServerResponse response) {
    Endpoint endpoint = endpoint(request);
    QueryForm form = new QueryForm(request);
    String text = form.text("status");
    Optional<State> state =
        text == null
            ? Optional.of(State.WAITING)
            : Arrays.stream(State.values()).filter(each -> name(each).equals(text)).findAny();
    if (state.isEmpty()) {
      form.wrong("status", "must be waiting, refused or parked");
    }
    long after = cursor(form, Place.FIRST);
    int limit = form.number("limit", 1, PAGE_MAX, PAGE);
    form.check();
    List<Open> found = log.open(endpoint.number(), state.orElseThrow(), after, limit);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(each -> items.add(json(each)));
    body.put("next_cursor", found.size() < limit ? null : Long.toString(found.getLast().place()));
    Answers.send(response, body);
  }

  private static String name(State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  private static long cursor(QueryForm form, long standard) {
    String text = form.text("cursor");
    try {
      return text == null ? standard : Long.parseLong(text);
    } catch (NumberFormatException e) {
      form.wrong("cursor", "is not a cursor");
      return standard;
    }
  }

  private static ObjectNode json(Open open) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("event_id", open.eventId());
    node.put("device_id", open.device());
    node.put("device_type", open.type());
    node.put("accepted_at", open.acceptedAt().toString());
    node.put("status", name(open.state()));
    node.put(open.state() == State.PARKED ? "parked_at" : "next_try_at", text(open.since()));
    return node;
  }

  private void listAttempts(ServerRequest request, ServerResponse response) {
    Endpoint endpoint = endpoint(request);
    QueryForm form = new QueryForm(request);
    String outcome = form.text("outcome");
    if (outcome != null && !OUTCOMES.contains(outcome)) {
      form.wrong("outcome", "must be delivered, refused, failed or gone");
    }
    String event = form.text("event_id");
    Instant from = TimeForm.time(form, "from");
    Instant to = TimeForm.time(form, "to");
    long before = cursor(form, Long.MAX_VALUE);
    int limit = form.number("limit", 1, PAGE_MAX, PAGE);
    form.check();
    List<DeliveryLog.Entry> found =
        log.attempts(
            endpoint.number(),
            new AttemptQuery(
                outcome, event == null ? null : new Wanted(event, null), from, to, before, limit));
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.set("items", json(found));
    body.put("next_cursor", found.size() < limit ? null : Long.toString(found.getLast().id()));
    Answers.send(response, body);
  }

  private static ArrayNode json(List<DeliveryLog.Entry> attempts) {
    ArrayNode items = JsonBody.JSON.createArrayNode();
    attempts.forEach(each -> items.add(json(each)));
    return items;
  }

  private static ObjectNode json(DeliveryLog.Entry attempt) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("id", attempt.id());
    node.put("event_id", attempt.eventId());
    node.put("device_id", attempt.device());
    node.put("at", attempt.at().toString());
    node.put("outcome", attempt.outcome());
    node.put("status", attempt.status());
    node.put("millis", attempt.millis());
    node.put("detail", attempt.detail());
    node.put("answer", attempt.answer());
    return node;
  }

  private void showDelivery(ServerRequest request, ServerResponse response) {
    Endpoint endpoint = endpoint(request);
    ObjectNode body =
        delivery(endpoint, wanted(request))
            .orElseThrow(() -> ProblemException.notFound("nothing is known of such a delivery"));
    Answers.send(response, body);
  }

  /// The event that the path names, of the device that the query names.
  private static Wanted wanted(ServerRequest request) {
    QueryForm form = new QueryForm(request);
    DeviceId device = form.device("device");
    form.check();
    return new Wanted(request.path().pathParameters().get("event"), device);
  }

  private Optional<ObjectNode> delivery(Endpoint endpoint, Wanted wanted) {
    List<DeliveryLog.Entry> attempts =
        log.attempts(
            endpoint.number(),
            new AttemptQuery(null, wanted, null, null, Long.MAX_VALUE, PAGE_MAX));
    Optional<State> open = log.stateOf(endpoint.number(), wanted);
    if (attempts.isEmpty() && open.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("event_id", wanted.eventId());
    body.put("status", open.map(DeliveryApi::name).orElseGet(() -> ended(attempts)));
    body.set("attempts", json(attempts));
    return Optional.of(body);
  }

  /// One event at every endpoint that it went to or waits for.
  private void showEvent(ServerRequest request, ServerResponse response) {
    Wanted wanted = wanted(request);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    for (long number : log.endpointsOf(wanted)) {
      endpoints
          .byNumber(number)
          .ifPresent(
              endpoint ->
                  delivery(endpoint, wanted)
                      .ifPresent(found -> items.add(found.setAll(whose(endpoint)))));
    }
    Answers.send(response, body);
  }

  private ObjectNode whose(Endpoint endpoint) {
    String name = applications.find(endpoint.application()).map(Application::name).orElse("");
    return JsonBody.JSON
        .createObjectNode()
        .put("service_id", endpoint.application())
        .put("service_name", name);
  }

  /// What became of a delivery that does not wait any more.
  private static String ended(List<DeliveryLog.Entry> attempts) {
    return attempts.stream().anyMatch(each -> each.outcome().equals("delivered"))
        ? "delivered"
        : "skipped";
  }

  private void redeliver(ServerRequest request, ServerResponse response) {
    Endpoint endpoint = endpoint(request);
    int count = Answers.saved(deliveries.redeliver(endpoint, wanted(request)), "delivery");
    if (count == 0) {
      throw ProblemException.of(409, "Conflict", "the event is not in the log any more");
    }
    accepted(response, new Redelivered(count, null));
  }

  private void redeliverMany(ServerRequest request, ServerResponse response) {
    Endpoint endpoint = endpoint(request);
    Form form = new Form(JsonBody.object(request));
    String status = form.text("status", 20, "");
    Instant from = form.timeOrNull("from");
    Instant to = form.timeOrNull("to");
    long after = cursor(form);
    if (status.isEmpty() && (from == null || to == null)) {
      form.reject("status", "must be parked, or from and to must say which time");
    } else if (!status.isEmpty() && !status.equals("parked") && !OUTCOMES.contains(status)) {
      form.reject("status", "must be parked, delivered, refused, failed or gone");
    }
    if (!form.errors().isEmpty()) {
      throw Answers.invalid(form.errors());
    }
    accepted(
        response,
        redeliver(
            endpoint,
            status,
            new Range(
                from == null ? Instant.EPOCH : from,
                to == null ? Instant.now().plus(Duration.ofDays(1)) : to,
                after)));
  }

  private static long cursor(Form form) {
    String text = form.text("cursor", 20, "");
    try {
      return text.isEmpty() ? Place.FIRST : Long.parseLong(text);
    } catch (NumberFormatException e) {
      form.reject("cursor", "is not a cursor");
      return Place.FIRST;
    }
  }

  private Redelivered redeliver(Endpoint endpoint, String status, Range range) {
    return switch (status) {
      case "parked" -> deliveries.redeliverParked(endpoint, range.afterPlace());
      case "" -> deliveries.redeliver(endpoint, range);
      default ->
          deliveries.redeliver(
              endpoint, range, Deliveries.Result.valueOf(status.toUpperCase(Locale.ROOT)));
    };
  }

  private static void accepted(ServerResponse response, Redelivered redelivered) {
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", "Accepted for delivery");
    body.put("count", redelivered.count());
    Long last = redelivered.last();
    body.put("more", last != null);
    body.put("next_cursor", last == null ? null : last.toString());
    response.status(Status.ACCEPTED_202);
    Answers.send(response, body);
  }

  private Outcome<Endpoint> pause(ServerRequest request) {
    return deliveries.pause(endpoint(request).application());
  }

  private Outcome<Endpoint> resume(ServerRequest request) {
    return deliveries.resume(endpoint(request).application());
  }

  private void enter(ServerResponse response, Outcome<Endpoint> outcome) {
    Answers.send(response, json(Answers.saved(outcome, "endpoint")));
  }

  private void skip(ServerRequest request, ServerResponse response) {
    int skipped = deliveries.skip(endpoint(request));
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", "What waited is given up");
    body.put("count", skipped);
    Answers.send(response, body);
  }

  private void test(ServerRequest request, ServerResponse response) {
    Answers.send(response, json(Answers.saved(deliveries.test(endpoint(request)), "endpoint")));
  }

  private void rotateSecret(ServerRequest request, ServerResponse response) {
    String application = endpoint(request).application();
    Form form =
        new Form(
            request.content().hasEntity()
                ? JsonBody.object(request)
                : JsonBody.JSON.createObjectNode());
    Integer hours = form.integerOrNull("grace_hours", 0, GRACE_HOURS_MAX);
    if (!form.errors().isEmpty()) {
      throw Answers.invalid(form.errors());
    }
    Duration grace = hours == null ? null : Duration.ofHours(hours);
    Endpoint changed = Answers.saved(endpoints.rotateSecret(application, grace), "endpoint");
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", "The secret is shown only now");
    body.put("webhook_secret", changed.secrets().current().text());
    body.put("previous_secret_until", text(changed.secrets().previousUntil()));
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }
}
