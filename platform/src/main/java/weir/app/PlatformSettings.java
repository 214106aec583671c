package weir.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.app.life.LifecycleSettings;
import weir.device.DatabaseSettings;
import weir.device.DeviceSettings;
import weir.device.SqlEngine;
import weir.device.presence.PresenceSettings;
import weir.fleet.SimulatorSettings;
import weir.ingest.IntakeSettings;
import weir.ingest.broker.BrokerSettings;
import weir.ingest.http.HttpDoorSettings;
import weir.ingest.mqtt.MqttSettings;
import weir.log.Topics;
import weir.log.kafka.KafkaSettings;
import weir.log.rabbitmq.RabbitSettings;
import weir.pipeline.PipelineSettings;
import weir.series.SeriesSettings;
import weir.series.StoreLimits;
import weir.series.questdb.QuestDbSettings;
import weir.series.sql.SqliteSettings;
import weir.subscriber.RedisSettings;
import weir.subscriber.SubscriberSettings;
import weir.subscriber.mail.MailSettings;
import weir.trace.TraceSettings;

/// All settings of a platform process, bound and checked.
///
/// @param dataDir where everything embedded keeps its data
/// @param adminToken the token that replaces the one made at the first start; empty keeps it
public record PlatformSettings(
    Path dataDir,
    Set<Role> roles,
    Optional<String> adminToken,
    DiskSettings disk,
    Topics topics,
    DatabaseSettings registry,
    DeviceSettings device,
    LifecycleSettings lifecycle,
    PresenceSettings presence,
    SimulatorSettings simulator,
    KafkaSettings kafka,
    RabbitSettings rabbitmq,
    IntakeSettings intake,
    QuotaSettings quota,
    MqttSettings mqtt,
    BrokerSettings broker,
    HttpDoorSettings http,
    PipelineSettings pipeline,
    SeriesSettings series,
    StoreLimits store,
    DatabaseSettings timescale,
    SqliteSettings sqlite,
    QuestDbSettings questdb,
    SubscriberSettings webhook,
    MailSettings mail,
    RedisSettings redis,
    TraceSettings tracing) {

  private static final int FILES_PER_BUDGET = 64;

  /// Binds everything, and tells all mistakes together.
  ///
  /// @param standardDataDir where the data is when nobody says
  /// @throws CommandException when a setting is wrong or unknown
  public static PlatformSettings bind(
      @Nullable Path file,
      Map<String, String> environment,
      Map<String, String> flags,
      Path standardDataDir) {
    Settings settings = Settings.load(file, environment, flags);
    Path dataDir = settings.text("data-dir").map(Path::of).orElse(standardDataDir);
    QuestDbSettings questdb =
        settings.bind("questdb", QuestDbSettings.in(dataDir.resolve("series")));
    PlatformSettings bound =
        new PlatformSettings(
            dataDir,
            roles(settings),
            settings.text("admin-token").filter(token -> !token.isEmpty()),
            settings.bind("disk", DiskSettings.defaults()),
            settings.bind("topics", Topics.defaults()),
            settings.bind("registry", DatabaseSettings.defaults()),
            settings.bind("device", DeviceSettings.defaults()),
            settings.bind("lifecycle", LifecycleSettings.defaults()),
            settings.bind("presence", PresenceSettings.defaults()),
            settings.bind("simulator", SimulatorSettings.defaults()),
            settings.bind("kafka", KafkaSettings.defaults()),
            settings.bind("rabbitmq", RabbitSettings.defaults()),
            settings.bind("intake", IntakeSettings.defaults()),
            settings.bind("quota", QuotaSettings.defaults()),
            settings.bind("mqtt", MqttSettings.defaults()),
            settings.bind("broker", BrokerSettings.defaults()),
            settings.bind("http", HttpDoorSettings.defaults()),
            settings.bind("pipeline", PipelineSettings.defaults()),
            settings.bind("series", SeriesSettings.defaults()),
            settings.bind("store", StoreLimits.defaults()),
            settings.bind("timescale", DatabaseSettings.defaults()),
            settings.bind("sqlite", SqliteSettings.defaults()),
            questdb,
            settings.bind("webhook", SubscriberSettings.defaults()),
            settings.bind("mail", MailSettings.defaults()),
            settings.bind("redis", RedisSettings.defaults()),
            settings.bind("tracing", TraceSettings.defaults()));
    bound.checkTogether(settings);
    List<String> errors = settings.errors();
    if (!errors.isEmpty()) {
      throw new CommandException("the settings are wrong:\n  " + String.join("\n  ", errors));
    }
    return bound;
  }

  /// What no package can know of its own settings.
  private void checkTogether(Settings settings) {
    if (timescale.isGiven() && sqlite.isGiven()) {
      settings.error("timescale and sqlite.file are both given; the time series have one place");
    }
    if (roles.contains(Role.SERIES) != roles.contains(Role.VIEW) && !timescale.isGiven()) {
      settings.error(
          "roles: one of series and view is played elsewhere, which needs a store of both:"
              + " timescale.url or timescale.host");
    }
    if (disk.budget() > 0 && !logIsEmbedded() && seriesEngine().isPresent()) {
      settings.error("disk.budget is given, but neither the log nor the series are kept here");
    }
    if (quota.messagesPerSecond() > 0 && quota.burst() < http.eventsPerRequestMax()) {
      settings.error(
          "quota.burst is less than http.events-per-request-max; one device could never send that");
    }
  }

  /// The engine for tables of the registry: the server when one is named, else a file.
  SqlEngine engine(String file) {
    return registry.isGiven()
        ? SqlEngine.postgres(registry)
        : SqlEngine.sqlite(dataDir.resolve(file));
  }

  /// The engine for the time series; empty keeps them in QuestDB.
  Optional<SqlEngine> seriesEngine() {
    if (timescale.isGiven()) {
      return Optional.of(SqlEngine.postgres(timescale));
    }
    return sqlite.isGiven() ? Optional.of(SqlEngine.sqlite(sqlite.file())) : Optional.empty();
  }

  boolean logIsEmbedded() {
    return !rabbitmq.isSet() && kafka.embedded();
  }

  /// Of the log inside this process. Its files are small beside the budget, if there is one, since
  /// room is made a whole file at a time.
  KafkaSettings embeddedLog() {
    if (disk.budget() == 0) {
      return kafka;
    }
    long segment = Math.max(disk.budget() / FILES_PER_BUDGET, kafka.segmentBytesMin());
    return kafka.withDisk(
        kafka.retentionBytes(),
        (int) Math.min(segment, kafka.segmentBytes()),
        kafka.diskReserveBytes());
  }

  /// Partitions of the raw and the enriched topic, on the log that is set.
  int partitions() {
    return rabbitmq.isSet() ? rabbitmq.partitions() : kafka.partitions();
  }

  /// How long that log keeps a record.
  Duration retention() {
    return rabbitmq.isSet() ? rabbitmq.retention() : kafka.retention();
  }

  /// The engine of a store beside the one that everybody uses.
  SqlEngine shadow(String name) {
    Path folder = dataDir.resolve("replays");
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use " + folder, e);
    }
    return SqlEngine.sqlite(folder.resolve(name + ".db"));
  }

  private static Set<Role> roles(Settings settings) {
    EnumSet<Role> roles = EnumSet.noneOf(Role.class);
    for (String name : settings.text("roles").orElse("").split(",", -1)) {
      if (name.isBlank()) {
        continue;
      }
      try {
        roles.add(Role.valueOf(name.strip().toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        settings.error(
            "roles: no role "
                + name.strip()
                + "; there are "
                + String.join(", ", Arrays.stream(Role.values()).map(Role::text).toList()));
      }
    }
    return roles.isEmpty() ? EnumSet.allOf(Role.class) : roles;
  }
}
