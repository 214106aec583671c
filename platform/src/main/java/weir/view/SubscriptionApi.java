package weir.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.event.ProblemException;
import weir.subscriber.Subscription;
import weir.subscriber.SubscriptionQuery;
import weir.subscriber.Subscriptions;

/// Subscriptions under `/api/subscriptions`: list, show, renew, cancel.
public final class SubscriptionApi implements HttpService {

  private static final int PAGE_MAX = 1_000;
  private static final int PAGE = 100;

  private final Subscriptions subscriptions;
  private final InstantSource clock;

  public SubscriptionApi(Subscriptions subscriptions, InstantSource clock) {
    this.subscriptions = subscriptions;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/subscriptions", this::list)
        .any("/api/subscriptions", Answers.only("GET"))
        .get("/api/subscriptions/{id}", this::show)
        .delete("/api/subscriptions/{id}", this::cancel)
        .any("/api/subscriptions/{id}", Answers.only("GET, DELETE"))
        .post("/api/subscriptions/{id}/renew", this::renew)
        .any("/api/subscriptions/{id}/renew", Answers.only("POST"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    String application = form.text("service_id");
    String device = form.text("device_id");
    String type = form.text("device_type");
    Subscription.Status status = status(form);
    String cursor = form.text("cursor");
    int limit = form.number("limit", 1, PAGE_MAX, PAGE);
    form.check();
    if (Caller.of(request) instanceof Caller.Application(String id)) {
      if (application != null) {
        Caller.of(request).require(application);
      }
      application = id;
    }
    Instant now = clock.instant();
    String after = cursor == null ? "" : cursor;
    List<Subscription> found =
        subscriptions.list(
            new SubscriptionQuery(application, device, type, status, after, limit, now));
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(each -> items.add(json(each, now)));
    body.put("next_cursor", found.size() < limit ? null : found.getLast().id());
    Answers.send(response, body);
  }

  private static Subscription.@Nullable Status status(QueryForm form) {
    String text = form.text("status");
    if (text == null) {
      return null;
    }
    Optional<Subscription.Status> status =
        Arrays.stream(Subscription.Status.values())
            .filter(each -> each.text().equals(text))
            .findAny();
    if (status.isEmpty()) {
      form.wrong("status", "must be active, expired or cancelled");
    }
    return status.orElse(null);
  }

  private Subscription own(ServerRequest request) {
    Subscription found =
        subscriptions
            .find(request.path().pathParameters().get("id"))
            .orElseThrow(() -> ProblemException.notFound("there is no such subscription"));
    Caller.of(request).require(found.application());
    return found;
  }

  private void show(ServerRequest request, ServerResponse response) {
    Answers.send(response, json(own(request), clock.instant()));
  }

  private void cancel(ServerRequest request, ServerResponse response) {
    Subscription subscription = own(request);
    RegistrationApi.accept(
        response,
        "Cancellation accepted",
        "subscription",
        () -> subscriptions.cancel(subscription.id()));
  }

  private void renew(ServerRequest request, ServerResponse response) {
    Subscription subscription = own(request);
    ObjectNode form =
        request.content().hasEntity() ? JsonBody.object(request) : JsonBody.JSON.createObjectNode();
    RegistrationApi.accept(
        response,
        "Renewal accepted",
        "subscription",
        () -> subscriptions.renew(subscription.id(), form));
  }

  private static ObjectNode json(Subscription subscription, Instant now) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("id", subscription.id());
    node.put("service_id", subscription.application());
    node.put("device_id", subscription.selector().device());
    node.put("device_type", subscription.selector().deviceType());
    String filter = subscription.selector().filter();
    try {
      node.set("filter", filter == null ? null : JsonBody.JSON.readTree(filter));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a kept filter is not JSON", e);
    }
    node.put("subscription_status", subscription.status(now).text());
    node.put("subscribed_at", subscription.subscribedAt().toString());
    node.put("expires_at", subscription.expiresAt().toString());
    Instant cancelled = subscription.cancelledAt();
    node.put("cancelled_at", cancelled == null ? null : cancelled.toString());
    return node;
  }
}
