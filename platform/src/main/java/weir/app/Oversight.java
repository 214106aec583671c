package weir.app;

import io.helidon.webserver.http.HttpService;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.app.watch.Containers;
import weir.app.watch.Health;
import weir.app.watch.HealthApi;
import weir.app.watch.Lags;
import weir.app.watch.Lookout;
import weir.app.watch.Machine;
import weir.app.watch.MqttRoundTrip;
import weir.app.watch.RoundTrips;
import weir.app.watch.Watchdog;
import weir.device.Registry;
import weir.event.Rejection;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.broker.BrokerDoor;
import weir.ingest.mqtt.MqttDoor;
import weir.log.EventLog;
import weir.log.Patience;
import weir.log.Topics;
import weir.log.kafka.EmbeddedBroker;
import weir.log.rabbitmq.RabbitLog;
import weir.pipeline.Pipeline;
import weir.pipeline.PipelineHealth;
import weir.series.SeriesStore;
import weir.series.SeriesWriter;
import weir.subscriber.Subscribers;
import weir.view.Books;

/// What the operator sees of the platform, put together: health, figures, lags and the watchdog.
/// Told of each part once it is built.
final class Oversight implements AutoCloseable {

  private static final Duration ROUND_TRIP_MAX = Duration.ofSeconds(5);
  private static final String NO_TYPE = "weir-round-trip";

  private final PlatformSettings settings;
  private final InstantSource clock;
  private final RoundTrips trips = new RoundTrips(ROUND_TRIP_MAX);
  private final Health health;
  private final Watchdog watchdog;
  private final Machine machine;
  private final Containers containers;
  private final Meters meters = new Meters();
  private String adminToken = "";
  private @Nullable Lags lags;

  Oversight(PlatformSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    health = new Health(trips, clock);
    watchdog = new Watchdog(clock);
    machine = new Machine(settings.dataDir());
    String roles =
        settings.roles().stream().map(Role::text).sorted().collect(Collectors.joining(", "));
    containers = new Containers(settings.dataDir(), roles, machine, clock);
  }

  List<HttpService> services() {
    return List.of(new HealthApi(health, containers, machine, clock), meters);
  }

  Health health() {
    return health;
  }

  RoundTrips trips() {
    return trips;
  }

  void watch(EmbeddedBroker broker) {
    health.watch("log", () -> wrong(broker));
    containers.add("log", "log", broker::restarts, "kafka", "data-plane", "broker-", "controller-");
  }

  void watch(RabbitLog log, Patience patience) {
    String part = patience == Patience.PROMPT ? "log of the doors" : "log";
    health.watch(part, log::trouble);
  }

  private static Optional<String> wrong(EmbeddedBroker broker) {
    if (!broker.isUp()) {
      return Optional.of("the broker is down and is being started again");
    }
    return broker.hasRoom() ? Optional.empty() : Optional.of("the disk is full");
  }

  void watch(BrokerDoor door) {
    health.watch("mqtt broker", door::trouble);
    meters.counter(
        "weir.broker.received", "Messages of devices from the MQTT broker", door::receivedCount);
  }

  void watch(SeriesStore store) {
    health.watch(
        "series store",
        () -> store.health().usable() ? Optional.empty() : Optional.of(store.health().detail()));
    trips.add(
        "series store",
        () -> {
          Instant now = clock.instant();
          var _ = store.kinds(NO_TYPE, now.minusSeconds(1), now);
        });
    containers.add("series store", "series", () -> 0, "weir-series-query", "weir-series-apply");
  }

  void watch(SeriesWriter writer) {
    health.watch(
        "series writer", () -> stuck(writer.health().stuckSince(), writer.health().trouble()));
    containers.add("series writer", "series", () -> 0, "weir-series-writer");
    follow("series writer", SeriesWriter.GROUP);
    meters.counter("weir.stored", "Events written to the store", () -> writer.health().events());
  }

  private static Optional<String> stuck(@Nullable Instant since, String trouble) {
    return since == null ? Optional.empty() : Optional.of("since " + since + ": " + trouble);
  }

  /// The part reads the log as this group; it is looked at whether it gets on.
  private void follow(String part, String group) {
    health.watch(
        part,
        watchdog.watch(
            () -> Objects.requireNonNull(lags).waiting(group),
            () -> Objects.requireNonNull(lags).done(group)));
  }

  void watch(Pipeline pipeline) {
    health.watch("pipeline", () -> trouble(pipeline.health()));
    containers.add("pipeline", "pipeline", () -> 0, "pipeline-", "retry-relay");
    follow("pipeline", Pipeline.GROUP);
    meters.counter("weir.decoded", "Events enriched", () -> pipeline.health().enriched());
    for (Rejection.Reason reason : Rejection.Reason.values()) {
      meters.counter(
          "weir.set.aside",
          "Messages set aside by the pipeline",
          () -> pipeline.health().setAside().getOrDefault(reason, 0L),
          "reason",
          reason.name());
    }
  }

  private static Optional<String> trouble(PipelineHealth pipeline) {
    if (pipeline.stopped()) {
      return Optional.of("stopped for too many unexpected errors");
    }
    return pipeline
        .stuckSince()
        .map(since -> "since " + since + ": " + pipeline.lastError().orElse("it waits"));
  }

  void watch(Subscribers subscribers) {
    health.watch(
        "subscriber",
        () ->
            subscribers
                .stuckSince()
                .map(since -> "since " + since + ": it waits for the log or a database"));
    containers.add("subscriber", "subscriber", () -> 0);
    follow("subscriber", Subscribers.GROUP);
    meters.counter("weir.matched", "Events that somebody wanted", subscribers::matchedCount);
    meters.counter(
        "weir.matching.unreadable", "Records that are no events", subscribers::unreadableCount);
    meters.gauge(
        "weir.subscriptions",
        "Subscriptions that can match",
        subscribers,
        Subscribers::subscriptions);
  }

  void watch(Intake intake, MqttDoor door) {
    containers.add("doors", "gateway", () -> 0, "mqtt-loop");
    meters.counter("weir.accepted", "Messages durable in the log", intake::acceptedCount);
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      meters.counter(
          "weir.refused",
          "Messages refused at the doors",
          () -> intake.refusedCount(kind),
          "reason",
          kind.name());
    }
    meters.gauge(
        "weir.mqtt.connections", "Open MQTT connections", door, d -> d.counts().connections());
    meters.counter(
        "weir.mqtt.deliveries", "Messages sent to subscribers", () -> door.counts().deliveries());
    meters.counter(
        "weir.mqtt.drops", "Messages not sent to slow subscribers", () -> door.counts().drops());
  }

  /// What every process has. To be called after the stages were named.
  void watch(EventLog log, Registry registry) {
    Topics topics = settings.topics();
    lags =
        new Lags(
            log,
            List.of(
                new Lags.Reader(Pipeline.GROUP, topics.raw()),
                new Lags.Reader(Books.RETRY_GROUP, topics.retry()),
                new Lags.Reader(SeriesWriter.GROUP, topics.enriched()),
                new Lags.Reader(Subscribers.GROUP, topics.enriched())),
            Set.of(topics.dlq()));
    trips.add("log", () -> log.ranges(Set.of(topics.raw())));
    trips.add("registry", () -> registry.database().setting(NO_TYPE));
    adminToken = registry.adminToken().inner();
  }

  /// The MQTT door takes connections.
  void opened(MqttDoor door) {
    InetAddress bound = door.address();
    InetAddress host = bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound;
    InetSocketAddress socket = new InetSocketAddress(host, door.port());
    trips.add("mqtt", new MqttRoundTrip(socket, adminToken, ROUND_TRIP_MAX));
  }

  /// The platform is up; looking begins, and must end before the parts do.
  AutoCloseable started() {
    containers.started();
    health.started();
    Lookout lookout = new Lookout(Objects.requireNonNull(lags), watchdog, health);
    lookout.start();
    return lookout;
  }

  @Override
  public void close() {
    meters.close();
  }
}
