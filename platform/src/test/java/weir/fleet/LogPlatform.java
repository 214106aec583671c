package weir.fleet;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Registry;
import weir.event.Event;
import weir.ingest.Access;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.IntakeSettings;
import weir.ingest.TopicOwners;
import weir.ingest.http.HttpDoorSettings;
import weir.ingest.http.IngestApi;
import weir.ingest.http.Senders;
import weir.ingest.mqtt.MqttDoor;
import weir.ingest.mqtt.MqttSettings;
import weir.ingest.mqtt.Presence;
import weir.log.Topics;
import weir.pipeline.Applications;
import weir.pipeline.Dialects;
import weir.pipeline.Pipeline;
import weir.pipeline.PipelineSettings;
import weir.pipeline.PipelineTopics;
import weir.testkit.LogRecords;
import weir.testkit.MemoryLog;
import weir.trace.Traces;
import weir.view.DeadLetterApi;
import weir.view.DeadLetters;
import weir.view.Problems;

/// Both doors, the pipeline and the registry over a log in memory. In place of a store, the
/// enriched topic is shown as what is stored, and a test can change that.
final class LogPlatform implements AutoCloseable {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration DAY = Duration.ofDays(1);
  private static final int PARTITIONS = 3;
  private static final int PAGE = 1_000;

  private final MemoryLog log = new MemoryLog();
  private final Registry registry;
  private final Pipeline pipeline;
  private final MqttDoor mqtt;
  private final WebServer web;
  private volatile UnaryOperator<List<Event>> store = events -> events;

  LogPlatform(Path folder, DeviceQuota quota) {
    InstantSource clock = InstantSource.system();
    log.create(TOPICS.specs(PARTITIONS, DAY));
    registry = new Registry(folder.resolve("registry.db"), DeviceSettings.defaults(), clock);
    Dialects dialects = Dialects.builtIn();
    pipeline =
        new Pipeline(
            log,
            new PipelineTopics(TOPICS, PARTITIONS, DAY),
            dialects,
            registry.directory(),
            Applications.none(),
            PipelineSettings.defaults(),
            inHaste(),
            Traces.off());
    pipeline.start();
    Intake intake = new Intake(log, TOPICS.raw(), IntakeSettings.defaults(), quota);
    Access access = (user, password, loopback) -> new Access.Identity.Anonymous();
    TopicOwners owners = owners(dialects);
    mqtt = new MqttDoor(onFreePorts(), intake, log, owners, access, nobodyListens(), clock);
    mqtt.start();
    HttpDoorSettings http = new HttpDoorSettings("127.0.0.1", 0, 65_536, 100);
    IngestApi ingest = new IngestApi(intake, http, new Senders(access), owners, clock);
    web =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(
                routing ->
                    Problems.install(
                        routing
                            .register(ingest)
                            .register(new DeadLetterApi(new DeadLetters(log, TOPICS)))
                            .register(new StoredEvents())))
            .build()
            .start();
  }

  /// A clock by which the minutes that a message waits for a reference are soon over.
  private static InstantSource inHaste() {
    Instant start = Instant.now();
    return () -> start.plus(Duration.between(start, Instant.now()).multipliedBy(100));
  }

  private static MqttSettings onFreePorts() {
    MqttSettings like = MqttSettings.defaults();
    return new MqttSettings(
        like.host(),
        0,
        0,
        1,
        true,
        like.connectionsMax(),
        like.connectTimeout(),
        like.keepAliveMax(),
        like.packetBytesMax(),
        like.receiveMax(),
        like.topicAliasMax(),
        like.topicBytesMax(),
        like.sessionsMax(),
        like.sessionExpiryMax(),
        like.sessionQueueMax(),
        like.sessionQueueBytesMax(),
        like.queueBytesMax(),
        like.inFlightMax(),
        like.subscriptionsMax(),
        like.retainedMax(),
        like.retainedBytesMax(),
        like.retainedPerDeviceMax(),
        like.retainedTopic(),
        like.websocketOrigins());
  }

  private static TopicOwners owners(Dialects dialects) {
    return new TopicOwners() {
      @Override
      public @Nullable DeviceId ownerOf(String topic) {
        return dialects.ownerOf(topic);
      }

      @Override
      public @Nullable DeviceId ownerOfFilter(String filter) {
        return dialects.ownerOfFilter(filter);
      }
    };
  }

  private static Presence nobodyListens() {
    return new Presence() {
      @Override
      public void connected(String clientId, @Nullable DeviceId device) {}

      @Override
      public void disconnected(String clientId, @Nullable DeviceId device, Departure how) {}
    };
  }

  Target target() {
    return Target.local(mqtt.port(), web.port(), Optional.of("token"));
  }

  /// From now on the store shows this instead of what was enriched.
  void stores(UnaryOperator<List<Event>> changed) {
    store = changed;
  }

  private List<Event> stored() {
    List<Event> enriched =
        log.records(TOPICS.enriched()).stream()
            .map(record -> LogRecords.event(record).event())
            .toList();
    return store.apply(enriched);
  }

  /// Shows what was enriched in the form of the platform's own `GET /api/events`.
  private final class StoredEvents implements HttpService {

    @Override
    public void routing(HttpRules rules) {
      rules.get("/api/events", this::list);
    }

    private void list(ServerRequest request, ServerResponse response) {
      Instant from = Instant.parse(request.query().get("from"));
      Instant to = Instant.parse(request.query().get("to"));
      List<Event> events =
          stored().stream()
              .filter(event -> !event.time().isBefore(from) && event.time().isBefore(to))
              .toList();
      int start = Integer.parseInt(request.query().first("cursor").orElse("0"));
      int end = Math.min(events.size(), start + PAGE);
      ObjectNode page = JsonNodeFactory.instance.objectNode();
      ArrayNode items = page.putArray("items");
      for (Event event : events.subList(start, end)) {
        items
            .addObject()
            .put("event_id", event.id().value())
            .put("received_at", event.receivedAt().toString());
      }
      page.put("next_cursor", end < events.size() ? Integer.toString(end) : null);
      response.send(page.toString());
    }
  }

  @Override
  public void close() {
    mqtt.close();
    web.stop();
    pipeline.close();
    log.close();
    registry.close();
  }
}
