package weir.app;

import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import weir.app.life.DeviceChangeFollower;
import weir.device.Registry;
import weir.device.SqlEngine;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.broker.BrokerDoor;
import weir.ingest.broker.BrokerSettings;
import weir.ingest.http.IngestApi;
import weir.ingest.http.Senders;
import weir.ingest.mqtt.MqttDoor;
import weir.ingest.queue.QueueDoor;
import weir.ingest.queue.WorkQueue;
import weir.log.EventLog;
import weir.log.LogException;
import weir.log.Patience;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaLog;
import weir.log.rabbitmq.RabbitLog;
import weir.log.rabbitmq.RabbitSettings;
import weir.pipeline.DialectException;
import weir.pipeline.Dialects;
import weir.pipeline.Pipeline;
import weir.pipeline.PipelineTopics;
import weir.pipeline.Trial;
import weir.replay.Replay;
import weir.series.SeriesStore;
import weir.series.SeriesWriter;
import weir.series.questdb.QuestDbStore;
import weir.series.sql.SqlStore;
import weir.subscriber.Applications;
import weir.subscriber.Loop;
import weir.trace.Traces;
import weir.view.Audit;
import weir.view.Books;
import weir.view.BooksApi;
import weir.view.CredentialApi;
import weir.view.DeadLetterApi;
import weir.view.DeadLetters;
import weir.view.DeviceApi;
import weir.view.DeviceTypeApi;
import weir.view.DocsApi;
import weir.view.EventApi;
import weir.view.GeneratorApi;
import weir.view.ImportApi;
import weir.view.OpenApiDocument;
import weir.view.OwnerApi;
import weir.view.ParameterApi;
import weir.view.ReadingApi;
import weir.view.ReplayApi;

/// The platform: builds its parts, starts them downstream first, so that nothing is accepted
/// before it can be handled, and closes them the other way round. A start that fails closes
/// what it had opened.
public final class Platform implements AutoCloseable {

  private static final Duration KEPT_FOR_EVER = Duration.ofDays(365_000);

  private final PlatformSettings settings;
  private final InstantSource clock = InstantSource.system();
  private final Parts parts = new Parts();
  private final Traces traces;
  private final Oversight oversight;
  private Consumer<Runnable> whileNothingIsStored = Runnable::run;
  private @Nullable Console console;
  private Optional<String> newAdminToken = Optional.empty();
  private String logAddress = "";
  private @Nullable EmbeddedBroker broker;
  private @Nullable EventLog doorLog;
  private @Nullable Intake intake;
  private @Nullable MqttDoor mqtt;
  private @Nullable WebDoor web;
  private @Nullable DeviceLife life;

  private Platform(PlatformSettings settings, Traces traces) {
    this.settings = settings;
    this.traces = parts.add(traces);
    this.oversight = parts.add(new Oversight(settings, clock));
  }

  /// Builds and starts everything; returns when messages are accepted and questions answered.
  ///
  /// @throws CommandException when a port is taken or the data folder cannot be used
  public static Platform start(PlatformSettings settings) {
    return start(settings, Traces.of(settings.tracing()));
  }

  static Platform start(PlatformSettings settings, Traces traces) {
    Platform platform = new Platform(settings, traces);
    try {
      platform.build();
      return platform;
    } catch (RuntimeException e) {
      try {
        platform.close();
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private void build() {
    createFolder(settings.dataDir());
    Dialects dialects = dialects();
    EventLog log = openLog();
    Instant startedAt = clock.instant();
    Registry registry = openRegistry(log);
    SubscriberSide subscribers = new SubscriberSide(settings, registry, log, parts, clock, traces);
    Console face = new Console(settings, registry, subscribers::tokenHolder, clock);
    console = face;
    List<HttpService> services = new ArrayList<>(oversight.services());
    services.addAll(buildSeries(log, dialects, registry, subscribers));
    if (plays(Role.PIPELINE)) {
      startPipeline(log, dialects, registry, subscribers.applications());
    }
    if (plays(Role.SUBSCRIBER)) {
      subscribers.start(oversight);
    }
    DeviceLife devices = new DeviceLife(settings, registry, log, dialects, clock, startedAt);
    life = devices;
    services.addAll(buildDoors(log, dialects, registry, devices));
    if (plays(Role.VIEW)) {
      face.gauges().add("online", devices::onlineCount);
      oversight.watchDevices(devices::states);
    }
    oversight.watchProcess(log, registry);
    services.add(backups());
    web = parts.add(new WebDoor(settings.http(), face.access(), services));
    startMqtt();
    devices.opened(this::httpPort, oversight.health());
    parts.add(oversight.started(httpPort()));
  }

  /// The store, with what writes to it and what asks it, as far as this process plays them.
  private List<HttpService> buildSeries(
      EventLog log, Dialects dialects, Registry registry, SubscriberSide subscribers) {
    List<HttpService> services = new ArrayList<>();
    if (!plays(Role.SERIES) && !plays(Role.VIEW)) {
      return services;
    }
    SeriesStore store = openStore(registry);
    if (plays(Role.SERIES)) {
      startSeries(log, store);
    }
    if (plays(Role.VIEW)) {
      services.addAll(views(log, registry, store));
      services.add(new ReplayApi(replay(log, dialects, registry, store)));
      services.addAll(subscribers.views());
      Console face = Objects.requireNonNull(console);
      services.addAll(face.services(log, subscribers.applications(), store, parts));
    }
    return services;
  }

  /// The doors, when this process has any, and what is told of devices.
  private List<HttpService> buildDoors(
      EventLog log, Dialects dialects, Registry registry, DeviceLife devices) {
    List<HttpService> services = new ArrayList<>();
    if (plays(Role.GATEWAY)) {
      services.add(openDoors(Objects.requireNonNull(doorLog), dialects, registry, devices));
      if (settings.rabbitmq().hasQueue()) {
        startQueue(log, Objects.requireNonNull(intake));
      }
    } else if (plays(Role.VIEW)) {
      devices.withoutDoors();
    }
    parts.add(devices);
    if (plays(Role.VIEW) || plays(Role.GATEWAY)) {
      services.addAll(devices.services());
    }
    return services;
  }

  private HttpService backups() {
    Backup backup = new Backup(settings, whileNothingIsStored, oversight.machine()::disk, clock);
    backup.removeUnfinished();
    return new BackupApi(backup);
  }

  private void startMqtt() {
    if (mqtt == null) {
      return;
    }
    try {
      mqtt.start();
    } catch (IllegalStateException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
    oversight.opened(mqtt);
  }

  private boolean plays(Role role) {
    return settings.roles().contains(role);
  }

  private static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new CommandException(
          "cannot use the folder " + folder + " (WEIR_DATA_DIR): " + FileTrouble.of(e));
    }
  }

  private Dialects dialects() {
    Path folder = settings.pipeline().dialects();
    try {
      return folder.toString().isEmpty() ? Dialects.builtIn() : Dialects.with(folder);
    } catch (DialectException e) {
      throw new CommandException(
          "pipeline.dialects (%s): %s"
              .formatted(Settings.variableOf("pipeline.dialects"), e.getMessage()));
    }
  }

  private EventLog openLog() {
    Function<Patience, EventLog> opener = logOpener();
    List<TopicSpec> topics = settings.topics().specs(settings.partitions(), settings.retention());
    EventLog log = parts.add(opener.apply(Patience.LASTING));
    log.create(topics);
    if (plays(Role.GATEWAY)) {
      EventLog prompt = parts.add(opener.apply(Patience.PROMPT));
      prompt.create(topics); // Knows the topics from now on, so that the first message is taken.
      doorLog = prompt;
    }
    return log;
  }

  private Function<Patience, EventLog> logOpener() {
    try {
      if (settings.rabbitmq().isSet()) {
        return rabbitLog();
      }
      return settings.kafka().embedded() ? embeddedLog() : clusterLog();
    } catch (LogException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }

  private Function<Patience, EventLog> embeddedLog() {
    Path folder = settings.dataDir().resolve("kafka");
    EmbeddedBroker embedded = parts.add(new EmbeddedBroker(folder, settings.embeddedLog()));
    broker = embedded;
    logAddress = "Kafka at " + embedded.bootstrapServers();
    oversight.watchEmbeddedLog(embedded);
    return patience -> new KafkaLog(embedded, settings.embeddedLog(), patience);
  }

  private Function<Patience, EventLog> clusterLog() {
    logAddress = "Kafka at " + settings.kafka().bootstrapServers();
    return patience -> new KafkaLog(settings.kafka(), patience);
  }

  private Function<Patience, EventLog> rabbitLog() {
    logAddress = "RabbitMQ at " + settings.rabbitmq().host() + ":" + settings.rabbitmq().port();
    return patience -> {
      RabbitLog opened = new RabbitLog(settings.rabbitmq(), patience);
      oversight.watchRabbit(opened, patience);
      return opened;
    };
  }

  private Registry openRegistry(EventLog log) {
    SqlEngine engine = settings.engine("registry.db");
    Registry registry = parts.add(new Registry(engine, settings.device(), clock));
    if (engine.isShared()) {
      registry.revisions().start();
      parts
          .add(new DeviceChangeFollower(log, settings.topics().devices(), registry, clock))
          .start();
    }
    settings.adminToken().ifPresent(registry.adminToken()::replace);
    newAdminToken = registry.adminToken().makeIfMissing();
    return registry;
  }

  private SeriesStore openStore(Registry registry) {
    SeriesStore store = parts.add(storeOf(type -> retention(registry, type)));
    oversight.watchStore(store);
    if (store instanceof QuestDbStore embedded) {
      whileNothingIsStored = oversight.excused(embedded::pause);
    }
    return store;
  }

  private SeriesStore storeOf(Function<String, Duration> retention) {
    return settings
        .seriesEngine()
        .<SeriesStore>map(engine -> new SqlStore(engine, settings.store(), clock, retention))
        .orElseGet(() -> new QuestDbStore(settings.questdb(), settings.store(), clock, retention));
  }

  private static Duration retention(Registry registry, String type) {
    return registry
        .directory()
        .type(type)
        .flatMap(known -> known.retentionPolicy().duration())
        .orElse(KEPT_FOR_EVER);
  }

  private void startSeries(EventLog log, SeriesStore store) {
    SeriesWriter writer =
        parts.add(
            new SeriesWriter(log, settings.topics(), store, settings.series(), clock, traces));
    writer.start();
    oversight.watchWriter(writer);
    oversight.watchUpkeep(parts.add(new Upkeep(store, clock, Upkeep.ROLL_UP_EVERY)));
  }

  private void startPipeline(
      EventLog log, Dialects dialects, Registry registry, Applications applications) {
    PipelineTopics topics =
        new PipelineTopics(settings.topics(), settings.partitions(), settings.retention());
    Pipeline pipeline =
        parts.add(
            new Pipeline(
                log,
                topics,
                dialects,
                registry.directory(),
                new InterestedApplications(applications),
                settings.pipeline(),
                clock,
                traces));
    pipeline.start();
    oversight.watchPipeline(pipeline);
  }

  private Replay replay(EventLog log, Dialects dialects, Registry registry, SeriesStore store) {
    return new Replay(
        log,
        settings.topics().raw(),
        () -> new Trial(dialects, registry.directory(), settings.pipeline()),
        store,
        name ->
            new SqlStore(
                settings.shadow(name), settings.store(), clock, type -> retention(registry, type)));
  }

  private List<HttpService> views(EventLog log, Registry registry, SeriesStore store) {
    Books books = new Books(log, settings.topics());
    return List.of(
        new BooksApi(books, new Audit(log, settings.topics(), new StoredEvents(store), books)),
        new DeadLetterApi(new DeadLetters(log, settings.topics())),
        new EventApi(store),
        new ReadingApi(store, clock),
        new DocsApi(OpenApiDocument.load()),
        new ImportApi(registry.devices(), settings.device().importRowsMax()),
        new GeneratorApi(registry.generator(), registry.devices(), clock),
        new OwnerApi(registry.owners(), registry.devices()),
        new DeviceApi(registry.devices()),
        new DeviceTypeApi(registry.types()),
        new ParameterApi(registry.parameters()),
        new CredentialApi(registry.devices(), registry.credentials()));
  }

  /// Builds both doors; the HTTP one is returned to be served, the MQTT one starts last.
  private HttpService openDoors(
      EventLog log, Dialects dialects, Registry registry, DeviceLife devices) {
    DeviceQuota quota =
        new DeviceQuota(
            settings.quota().messagesPerSecond(), settings.quota().burst(), System::nanoTime);
    Intake intake =
        new Intake(log, settings.topics().raw(), settings.intake(), quota, devices::heard, traces);
    this.intake = intake;
    RegistryAccess access = new RegistryAccess(registry, settings.mqtt().anonymous());
    DialectOwners owners = new DialectOwners(dialects);
    MqttDoor door =
        new MqttDoor(settings.mqtt(), intake, log, owners, access, devices.connections(), clock);
    mqtt = parts.add(door);
    Optional<BrokerDoor> broker = brokerDoor(dialects, intake, owners);
    devices.built(door, broker);
    broker.ifPresent(BrokerDoor::start);
    Objects.requireNonNull(console).watch(intake, door);
    oversight.watchDoors(intake, door);
    return new IngestApi(intake, settings.http(), new Senders(access), owners, clock);
  }

  private void startQueue(EventLog log, Intake intake) {
    RabbitSettings rabbit = settings.rabbitmq();
    Topic dead = settings.topics().dlq();
    DeadLetters letters = new DeadLetters(log, settings.topics());
    QueueRetries retries =
        parts.add(
            new QueueRetries(
                log, dead, letters, new WorkQueue(rabbit), rabbit.maxRetries(), clock));
    QueueDoor door =
        parts.add(
            new QueueDoor(
                new WorkQueue(rabbit), intake, LetterMessages::isLetter, retries::replay, clock));
    Loop turns = parts.add(new Loop("queue-door", door::turn, clock));
    oversight.watchQueue(turns, retries);
    retries.start();
    turns.start();
  }

  private Optional<BrokerDoor> brokerDoor(Dialects dialects, Intake intake, DialectOwners owners) {
    BrokerSettings wanted = settings.broker();
    if (!wanted.isSet()) {
      return Optional.empty();
    }
    String clientId =
        wanted.clientId().isEmpty() ? BrokerClientId.in(settings.dataDir()) : wanted.clientId();
    List<String> filters = wanted.topics().isEmpty() ? dialects.filters() : wanted.topics();
    BrokerDoor there = parts.add(new BrokerDoor(wanted, clientId, filters, intake, owners, clock));
    oversight.watchMqttBroker(there, clientId);
    return Optional.of(there);
  }

  public int httpPort() {
    return Objects.requireNonNull(web).port();
  }

  /// The MQTT door, when this process plays the gateway.
  public Optional<MqttDoor> mqtt() {
    return Optional.ofNullable(mqtt);
  }

  /// The simulator inside, when this process plays the gateway.
  public Optional<Simulation> simulation() {
    return Optional.ofNullable(life).flatMap(DeviceLife::simulation);
  }

  /// The broker in this process, for tests that take it away.
  Optional<EmbeddedBroker> broker() {
    return Optional.ofNullable(broker);
  }

  /// Which log it is, and where.
  public String logAddress() {
    return logAddress;
  }

  public Path dataDir() {
    return settings.dataDir();
  }

  /// The admin token, when this start made it; it is shown once.
  public Optional<String> newAdminToken() {
    return newAdminToken;
  }

  @Override
  public void close() {
    parts.close();
  }
}
