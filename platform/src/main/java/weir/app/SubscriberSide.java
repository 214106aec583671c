package weir.app;

import io.helidon.webserver.http.HttpService;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import weir.device.Registry;
import weir.device.Revisions;
import weir.log.EventLog;
import weir.subscriber.Applications;
import weir.subscriber.DeliverySide;
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
/// they are asked for over HTTP, and their deliveries, which a process that plays the subscriber
/// makes, and one that plays only the view shows when the database is shared.
final class SubscriberSide {

  private static final String DELIVERIES = "deliveries.db";

  private final Registry registry;
  private final SubscriberSettings settings;
  private final InstantSource clock;
  private final Endpoints endpoints;
  private final Applications applications;
  private final ServiceTokens tokens;
  private final Subscriptions subscriptions;
  private final Optional<Subscribers> subscribers;
  private final Optional<DeliverySide> delivery;

  SubscriberSide(
      PlatformSettings platform,
      Registry registry,
      EventLog log,
      Parts parts,
      InstantSource clock,
      Traces traces) {
    this.registry = registry;
    this.settings = platform.webhook();
    this.clock = clock;
    SecretBox box = openBox(platform);
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
        platform.roles().contains(Role.SUBSCRIBER)
            ? Optional.of(parts.add(subscribers(platform, log, traces)))
            : Optional.empty();
    boolean shows = platform.roles().contains(Role.VIEW) && platform.engine(DELIVERIES).isShared();
    delivery =
        subscribers
            .map(Subscribers::delivery)
            .or(
                () ->
                    shows
                        ? Optional.of(parts.add(distant(platform, log, traces)))
                        : Optional.empty());
  }

  private static SecretBox openBox(PlatformSettings platform) {
    Path given = platform.webhook().registration().keyFile();
    try {
      return SecretBox.open(
          given.toString().isEmpty() ? platform.dataDir().resolve("webhook.key") : given);
    } catch (IllegalStateException e) {
      throw new CommandException(
          "%s; put the right key back, or name its file with webhook.key-file (%s)"
              .formatted(e.getMessage(), Settings.variableOf("webhook.key-file")));
    }
  }

  private Subscribers subscribers(PlatformSettings platform, EventLog log, Traces traces) {
    return new Subscribers(
        platform.engine(DELIVERIES),
        registry.database(),
        applications,
        endpoints,
        log,
        platform.topics(),
        settings,
        platform.mail(),
        platform.redis(),
        clock,
        traces);
  }

  private DeliverySide distant(PlatformSettings platform, EventLog log, Traces traces) {
    return new DeliverySide(
        platform.engine(DELIVERIES),
        applications,
        endpoints,
        log,
        platform.topics(),
        settings,
        clock,
        traces);
  }

  Applications applications() {
    return applications;
  }

  /// The application that an access token was issued to, while it is active.
  Optional<String> tokenHolder(String token) {
    return tokens.verify(token).filter(applications::isActive);
  }

  List<HttpService> views() {
    List<HttpService> services = new ArrayList<>();
    services.add(
        new RegistrationApi(
            applications,
            endpoints,
            subscriptions,
            tokens,
            registry.adminToken(),
            settings.registration(),
            clock));
    services.add(new SubscriptionApi(subscriptions, clock));
    delivery.ifPresent(
        side ->
            services.add(new DeliveryApi(applications, endpoints, side.deliveries(), side.log())));
    services.add(new ApplicationApi(applications, endpoints));
    return services;
  }

  void start(Oversight oversight) {
    Subscribers running = subscribers.orElseThrow();
    running.start();
    oversight.watchSubscribers(running);
  }
}
