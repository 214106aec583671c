package weir.app;

import io.helidon.webserver.http.HttpService;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import weir.device.Registry;
import weir.device.Revisions;
import weir.log.EventLog;
import weir.subscriber.Applications;
import weir.subscriber.Endpoints;
import weir.subscriber.SecretBox;
import weir.subscriber.ServiceTokens;
import weir.subscriber.SubscriberSettings;
import weir.subscriber.Subscribers;
import weir.subscriber.Subscriptions;
import weir.trace.Traces;
import weir.view.ApplicationApi;
import weir.view.DeliveryApi;
import weir.view.RegistrationApi;
import weir.view.SubscriptionApi;

/// Everything about applications, as the platform needs it: who they are for the pipeline, how
/// they are asked for over HTTP, and, in a process that plays the subscriber, their deliveries.
final class SubscriberSide {

  private final Registry registry;
  private final SubscriberSettings settings;
  private final InstantSource clock;
  private final Endpoints endpoints;
  private final Applications applications;
  private final ServiceTokens tokens;
  private final Subscriptions subscriptions;
  private final Optional<Subscribers> subscribers;

  SubscriberSide(
      PlatformSettings platform,
      Registry registry,
      EventLog log,
      boolean delivers,
      Parts parts,
      InstantSource clock,
      Traces traces) {
    this.registry = registry;
    this.settings = platform.webhook();
    this.clock = clock;
    Path given = settings.registration().keyFile();
    SecretBox box =
        SecretBox.open(
            given.toString().isEmpty() ? platform.dataDir().resolve("webhook.key") : given);
    endpoints = new Endpoints(registry.database(), box, settings, clock);
    applications = new Applications(registry.database(), endpoints, clock);
    registry.revisions().watch(Revisions.Part.APPLICATIONS, applications::reload);
    tokens =
        new ServiceTokens(registry.database(), box, settings.registration().tokenLifetime(), clock);
    subscriptions =
        new Subscriptions(
            registry.database(),
            registry.directory(),
            log,
            platform.topics().subscriptions(),
            clock);
    subscribers =
        delivers
            ? Optional.of(
                parts.add(
                    new Subscribers(
                        platform.engine("deliveries.db"),
                        registry.database(),
                        applications,
                        endpoints,
                        log,
                        platform.topics(),
                        settings,
                        platform.mail(),
                        platform.redis(),
                        clock,
                        traces)))
            : Optional.empty();
  }

  Applications applications() {
    return applications;
  }

  /// The application that an access token was issued to, while it is active.
  Optional<String> tokenHolder(String token) {
    return tokens.verify(token).filter(applications::isActive);
  }

  List<HttpService> views() {
    HttpService registration =
        new RegistrationApi(
            applications,
            endpoints,
            subscriptions,
            tokens,
            registry.adminToken(),
            settings.registration(),
            clock);
    HttpService listing = new SubscriptionApi(subscriptions, clock);
    HttpService registered = new ApplicationApi(applications, endpoints);
    return subscribers
        .map(
            running ->
                List.of(
                    registration,
                    listing,
                    new DeliveryApi(
                        applications, endpoints, running.deliveries(), running.deliveryLog()),
                    registered))
        .orElse(List.of(registration, listing, registered));
  }

  void start(Oversight oversight) {
    Subscribers running = subscribers.orElseThrow();
    running.start();
    oversight.watch(running);
  }
}
