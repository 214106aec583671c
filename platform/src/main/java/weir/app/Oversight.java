package weir.app;

import io.helidon.webserver.http.HttpService;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.app.watch.Containers;
import weir.app.watch.Health;
import weir.app.watch.HealthApi;
import weir.app.watch.Lags;
import weir.app.watch.Lookout;
import weir.app.watch.Machine;
import weir.app.watch.MqttRoundTrip;
import weir.app.watch.Processes;
import weir.app.watch.RoundTrips;
import weir.app.watch.Rounds;
import weir.app.watch.Watchdog;
import weir.device.Database;
import weir.device.Registry;
import weir.ingest.Intake;
import weir.ingest.broker.BrokerDoor;
import weir.ingest.broker.BrokerSettings;
import weir.ingest.mqtt.MqttDoor;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.Patience;
import weir.log.Topics;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaLog;
import weir.log.rabbitmq.RabbitLog;
import weir.pipeline.Pipeline;
import weir.pipeline.PipelineHealth;
import weir.series.SeriesStore;
import weir.series.SeriesWriter;
import weir.series.questdb.QuestDbStore;
import weir.subscriber.Loop;
import weir.subscriber.Subscribers;
import weir.subscriber.delivery.AttemptMeter;
import weir.subscriber.delivery.DeliveryLog;
import weir.view.Books;

/// What the operator sees of the platform, put together: health, figures, lags and the watchdog.
/// Told of each part once it is built.
final class Oversight implements AutoCloseable {

  private static final Duration ROUND_TRIP_MAX = Duration.ofSeconds(5);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
  private static final Duration FIGURES_EVERY = Duration.ofSeconds(15);
  private static final String NO_TYPE = "weir-round-trip";

  /// How long a lane may be due before it counts as work that waits.
  private static final Duration OVERDUE = Duration.ofSeconds(2);

  /// Something done again and again while the platform runs.
  private record Chore(String name, Duration every, Runnable task) {}

  private final PlatformSettings settings;
  private final InstantSource clock;
  private final RoundTrips trips = new RoundTrips(ROUND_TRIP_MAX);
  private final Health health;
  private final Watchdog watchdog;
  private final Machine machine;
  private final Containers containers;
  private final Meters meters = new Meters();
  private final Figures figures;
  private final List<Chore> chores = new ArrayList<>();
  private String adminToken = "";
  private @Nullable Lags lags;
  private @Nullable QuestDbStore embeddedSeries;
  private @Nullable Database sharedRegistry;
  private volatile boolean storingIsHeld;

  Oversight(PlatformSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    health = new Health(trips, clock);
    watchdog = new Watchdog(clock);
    figures = new Figures(meters, settings);
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

  Machine machine() {
    return machine;
  }

  RoundTrips trips() {
    return trips;
  }

  void watchEmbeddedLog(EmbeddedBroker broker) {
    health.watch("log", () -> wrong(broker));
    containers.add("log", "log", broker::restarts, "kafka", "data-plane", "broker-", "controller-");
  }

  void watchRabbit(RabbitLog log, Patience patience) {
    String part = patience == Patience.PROMPT ? "log of the doors" : "log";
    health.watch(part, log::trouble);
    if (patience == Patience.LASTING) {
      trips.add("rabbitmq", log::reach);
    }
  }

  private static Optional<String> wrong(EmbeddedBroker broker) {
    if (!broker.isUp()) {
      return Optional.of("the broker is down and is being started again");
    }
    return broker.hasRoom() ? Optional.empty() : Optional.of("the disk is full");
  }

  void watchMqttBroker(BrokerDoor door, String clientId) {
    BrokerSettings broker = settings.broker();
    health.watch("mqtt broker", door::trouble);
    MqttRoundTrip.Login login =
        new MqttRoundTrip.Login(
            clientId + "-" + MqttRoundTrip.CLIENT_ID, broker.username(), broker.password());
    trips.add(
        "mqtt broker",
        new MqttRoundTrip(broker.host(), broker.port(), broker.tls(), login, ROUND_TRIP_MAX));
    meters.counter(
        "weir_broker_received", "Messages of devices from the MQTT broker", door::receivedCount);
  }

  void watchQueue(Loop door, QueueRetries retries) {
    health.watch(
        "work queue",
        () -> door.trouble().map("messages wait in the queue: "::concat).or(retries::trouble));
  }

  void watchStore(SeriesStore store) {
    embeddedSeries = store instanceof QuestDbStore questdb ? questdb : null;
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

  void watchUpkeep(Upkeep upkeep) {
    health.watch("series store", upkeep::trouble);
  }

  void watchWriter(SeriesWriter writer) {
    health.watch(
        "series writer", () -> stuck(writer.health().stuckSince(), writer.health().trouble()));
    containers.add("series writer", "series", () -> 0, "weir-series-writer");
    follow("series writer", Groups.SERIES);
    figures.of(writer);
  }

  /// Wraps what holds the series writer up for a while: it is not stuck then.
  Consumer<Runnable> excused(Consumer<Runnable> whileNothingIsStored) {
    return task -> {
      storingIsHeld = true;
      try {
        whileNothingIsStored.accept(task);
      } finally {
        storingIsHeld = false;
      }
    };
  }

  private static Optional<String> stuck(@Nullable Instant since, String trouble) {
    return since == null ? Optional.empty() : Optional.of("since " + since + ": " + trouble);
  }

  /// The part reads the log as this group; it is looked at whether it gets on.
  private void follow(String part, String group) {
    health.watch(
        part,
        watchdog.watch(
            () ->
                storingIsHeld && group.equals(Groups.SERIES)
                    ? List.of()
                    : Objects.requireNonNull(lags).work(group)));
  }

  void watchPipeline(Pipeline pipeline) {
    health.watch("pipeline", () -> trouble(pipeline.health()));
    containers.add("pipeline", "pipeline", () -> 0, "pipeline-", "retry-relay");
    follow("pipeline", Groups.PIPELINE);
    health.watch(
        "retries",
        watchdog.watch(
            () ->
                List.of(
                    new Watchdog.Work(
                        settings.topics().retry().name(),
                        pipeline.retriesOverdue(),
                        pipeline.health().relayed()))));
    figures.of(pipeline);
  }

  private static Optional<String> trouble(PipelineHealth pipeline) {
    if (pipeline.stopped()) {
      return Optional.of("stopped for too many unexpected errors");
    }
    return pipeline
        .stuckSince()
        .map(since -> "since " + since + ": " + pipeline.lastError().orElse("it waits"));
  }

  void watchSubscribers(Subscribers subscribers) {
    health.watch(
        "subscriber",
        () ->
            subscribers
                .stuckSince()
                .map(since -> "since " + since + ": it waits for the log or a database"));
    containers.add("subscriber", "subscriber", () -> 0);
    follow("subscriber", Subscribers.GROUP);
    if (settings.redis().isGiven()) {
      trips.add("redis", subscribers::reachIndex);
    }
    figures.of(subscribers);
    Refreshed<DeliveryLog.Overview> deliveries =
        new Refreshed<>(subscribers.delivery().log()::overview);
    figures.of(deliveries);
    chores.add(new Chore("deliveries", FIGURES_EVERY, deliveries::refresh));
    Refreshed<Long> overdue = new Refreshed<>(() -> subscribers.delivery().log().overdue(OVERDUE));
    chores.add(new Chore("lanes", LOOK_EVERY, overdue::refresh));
    health.watch("deliveries", watchdog.watch(() -> work(overdue, subscribers.attempts())));
  }

  private static List<Watchdog.Work> work(Refreshed<Long> overdue, AttemptMeter attempts) {
    long done = attempts.outcomes().values().stream().mapToLong(LongAdder::sum).sum();
    return overdue.stream().map(lanes -> new Watchdog.Work("lanes", lanes, done)).toList();
  }

  void watchDoors(Intake intake, MqttDoor door) {
    containers.add("doors", "gateway", () -> 0, "mqtt-loop");
    figures.of(intake, door);
  }

  /// What every process has. To be called after the stages were named.
  void watchProcess(EventLog log, Registry registry) {
    Topics topics = settings.topics();
    Lags board =
        new Lags(
            log,
            List.of(
                new Lags.Reader(Groups.PIPELINE, topics.raw()),
                new Lags.Reader(Groups.RETRY, topics.retry()),
                new Lags.Reader(Groups.SERIES, topics.enriched()),
                new Lags.Reader(Subscribers.GROUP, topics.enriched())),
            Set.of(topics.dlq()));
    lags = board;
    figures.of(board);
    figures.of(health);
    figures.of(machine);
    Refreshed<Books.Sheet> books = new Refreshed<>(new Books(log, topics)::sheet);
    figures.ofBooks(books);
    chores.add(new Chore("books", FIGURES_EVERY, books::refresh));
    watchDisk(log);
    if (settings.roles().contains(Role.GATEWAY)) {
      List.of("log", "log of the doors", "mqtt").forEach(health::need);
    }
    trips.add("log", () -> log.ranges(Set.of(topics.raw())));
    trips.add("registry", () -> registry.database().setting(NO_TYPE));
    adminToken = registry.adminToken().inner();
    sharedRegistry = registry.database().engine().isShared() ? registry.database() : null;
  }

  private void watchDisk(EventLog log) {
    Disk disk = new Disk(settings, machine::disk, clock);
    figures.of(disk);
    Duration every = settings.disk().measureEvery();
    if (settings.disk().budget() == 0) {
      chores.add(new Chore("disk", every, disk::measure));
      return;
    }
    DiskBudget budget =
        new DiskBudget(
            disk,
            settings.disk().budget(),
            settings.retention(),
            trimOf(log),
            embeddedSeries,
            clock);
    figures.of(budget);
    health.watch("disk budget", budget::trouble);
    chores.add(
        new Chore(
            "disk",
            every,
            () -> {
              disk.measure();
              budget.run();
            }));
  }

  private @Nullable LogTrim trimOf(EventLog log) {
    if (!settings.logIsEmbedded() || !(log instanceof KafkaLog embedded)) {
      return null;
    }
    Set<String> enrichedGroups = new HashSet<>(Set.of(Groups.SERIES));
    if (settings.roles().contains(Role.SUBSCRIBER)) {
      enrichedGroups.add(Subscribers.GROUP);
    }
    return new LogTrim(embedded, settings.topics(), Set.of(Groups.PIPELINE), enrichedGroups);
  }

  /// The MQTT door takes connections.
  void opened(MqttDoor door) {
    InetAddress bound = door.address();
    InetAddress host = bound.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : bound;
    MqttRoundTrip.Login login =
        new MqttRoundTrip.Login(MqttRoundTrip.CLIENT_ID, "admin", adminToken);
    trips.add(
        "mqtt",
        new MqttRoundTrip(host.getHostAddress(), door.port(), false, login, ROUND_TRIP_MAX));
  }

  /// Devices by state.
  void watchDevices(Supplier<Map<String, Long>> states) {
    figures.ofDevices(states);
  }

  /// The platform is up; looking begins, and must end before the parts do.
  ///
  /// @param httpPort where this process answers, which tells it from others on its host
  AutoCloseable started(int httpPort) {
    containers.started();
    health.started();
    Parts rounds = new Parts();
    if (sharedRegistry != null) {
      String name = host() + ":" + httpPort;
      Processes processes = rounds.add(new Processes(sharedRegistry, name, containers, clock));
      containers.add(processes);
      chores.add(new Chore("processes", FIGURES_EVERY, processes));
    }
    Lookout lookout = new Lookout(Objects.requireNonNull(lags), watchdog);
    chores.add(new Chore("lookout", LOOK_EVERY, lookout));
    chores.add(new Chore("round trips", LOOK_EVERY, health::look));
    for (Chore chore : chores) {
      Rounds begun = rounds.add(new Rounds(chore.name(), chore.every(), clock, chore.task()));
      health.watch("oversight", begun::trouble);
    }
    return rounds;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
  }

  @Override
  public void close() {
    meters.close();
  }
}
