package weir.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weir.device.AdminToken;
import weir.device.FieldError;
import weir.device.Form;
import weir.device.Outcome;
import weir.event.ProblemException;
import weir.log.LogException;
import weir.subscriber.Applications;
import weir.subscriber.Applications.Registered;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.ServiceTokens;
import weir.subscriber.SigningSecret;
import weir.subscriber.SubscriberSettings;
import weir.subscriber.Subscriptions;

/// How a service comes in: `/register`, `/token` and `/subscribe`.
public final class RegistrationApi implements HttpService {

  private static final int TEXT_MAX = 512;

  private final Applications applications;
  private final Endpoints endpoints;
  private final Subscriptions subscriptions;
  private final ServiceTokens tokens;
  private final AdminToken admin;
  private final boolean open;
  private final RegistrationLimit limit;

  public RegistrationApi(
      Applications applications,
      Endpoints endpoints,
      Subscriptions subscriptions,
      ServiceTokens tokens,
      AdminToken admin,
      SubscriberSettings.Registration settings,
      InstantSource clock) {
    this.applications = applications;
    this.endpoints = endpoints;
    this.subscriptions = subscriptions;
    this.tokens = tokens;
    this.admin = admin;
    this.open = settings.openRegistration();
    this.limit = new RegistrationLimit(settings.registrationsPerMinute(), clock);
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/register", this::register)
        .any("/register", Answers.only("POST"))
        .post("/token", this::token)
        .any("/token", Answers.only("POST"))
        .post("/subscribe", this::subscribe)
        .any("/subscribe", Answers.only("POST"))
        .post("/subscribe/{device_id}", this::subscribe)
        .any("/subscribe/{device_id}", Answers.only("POST"));
  }

  private void register(ServerRequest request, ServerResponse response) {
    boolean operator = AccessFilter.bearer(request.headers()).filter(admin::matches).isPresent();
    if (!open && !operator) {
      throw ProblemException.of(401, "Unauthorized", "only the operator registers services here");
    }
    if (!operator && !limit.take(request.remotePeer().host())) {
      throw ProblemException.of(429, "Too many requests", "too many registrations; wait a minute");
    }
    Registered registered =
        Answers.saved(applications.register(JsonBody.object(request)), "application");
    SigningSecret secret = Objects.requireNonNull(registered.secret());
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", "Service registered; key and secret are shown only now");
    body.put("service_id", registered.application().id());
    body.put("service_key", registered.key());
    body.put("webhook_secret", secret.text());
    body.put("registered_at", registered.application().createdAt().toString());
    response.status(Status.CREATED_201);
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }

  private void token(ServerRequest request, ServerResponse response) {
    Form form = new Form(JsonBody.object(request));
    String id = form.text("service_id", TEXT_MAX);
    String key = form.text("service_key", TEXT_MAX);
    if (!form.errors().isEmpty()) {
      throw Answers.invalid(form.errors());
    }
    if (!applications.isKey(id, key)) {
      throw ProblemException.of(401, "Unauthorized", "service_id and service_key do not match");
    }
    ServiceTokens.Issued issued = tokens.issue(id);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("access_token", issued.token());
    body.put("token_type", "Bearer");
    body.put("expires_in", issued.lifetime().toSeconds());
    body.put("expires_at", issued.expiresAt().toString());
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }

  private void subscribe(ServerRequest request, ServerResponse response) {
    ObjectNode form = JsonBody.object(request);
    String application = form.path("service_id").asText();
    if (application.isEmpty()) {
      throw Answers.invalid(List.of(new FieldError("service_id", "is missing")));
    }
    Caller.of(request).require(application);
    requireEndpoint(application);
    @Nullable String device = request.path().pathParameters().first("device_id").orElse(null);
    accept(
        response,
        "Subscription request accepted",
        "device or device type",
        () -> subscriptions.subscribe(application, device, form));
  }

  private void requireEndpoint(String application) {
    if (applications.find(application).isEmpty()) {
      throw ProblemException.notFound("there is no such service");
    }
    Optional<Endpoint> endpoint = endpoints.of(application);
    if (endpoint.isEmpty()) {
      throw ProblemException.of(409, "Conflict", "the application has no callback URL");
    }
  }

  /// Asks for something about a subscription, and answers 202 when that is durable.
  ///
  /// @param missing what there is none of when there is none
  static void accept(
      ServerResponse response,
      String message,
      String missing,
      Supplier<Outcome<Subscriptions.Accepted>> request) {
    Subscriptions.Accepted accepted;
    try {
      accepted = Answers.saved(request.get(), missing);
    } catch (LogException e) {
      throw ProblemException.of(
          503, "Log unavailable", "the request could not be made durable; try again");
    }
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", message);
    body.put("subscription_id", accepted.id());
    body.put("device_id", accepted.selector().device());
    body.put("device_type", accepted.selector().deviceType());
    body.put("request_timestamp", accepted.askedAt().toString());
    response.status(Status.ACCEPTED_202);
    Answers.send(response, body);
  }
}
