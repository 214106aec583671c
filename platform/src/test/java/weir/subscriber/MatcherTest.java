package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.Database;
import weir.device.DeviceId;
import weir.device.Outcome;
import weir.device.SqlEngine;
import weir.device.Statements;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.log.Topics;
import weir.subscriber.delivery.DeliveryLog;
import weir.subscriber.delivery.DeliveryWorker;
import weir.subscriber.delivery.LaneStore;
import weir.testkit.ManualClock;
import weir.testkit.MemoryLog;
import weir.trace.Traces;

/// From the log to the lanes: who asked before gets what comes after, and no record stops it.
class MatcherTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Topics TOPICS = Topics.defaults();

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(START);
  private final MemoryLog log = new MemoryLog();
  private SubscriptionIndex index = new MemoryIndex();
  private Database registry;
  private Database waiting;
  private Applications applications;
  private DeliveryLog deliveries;
  private DeliveryWorker worker;
  private SubscriptionFollower follower;
  private Matcher matcher;
  private Endpoint endpoint;

  @BeforeEach
  void open() {
    SubscriberSettings settings = SubscriberSettings.defaults().withLoopback();
    registry = new Database(folder.resolve("registry.db"), 2);
    waiting =
        new Database(
            SqlEngine.sqlite(folder.resolve("deliveries.db")), Database.Tables.DELIVERIES, 2);
    SecretBox box = SecretBox.open(folder.resolve("webhook.key"));
    Endpoints endpoints = new Endpoints(registry, box, settings, clock);
    applications = new Applications(registry, endpoints, clock);
    LaneStore lanes = new LaneStore(waiting);
    deliveries = new DeliveryLog(waiting, endpoints, clock);
    worker =
        new DeliveryWorker(
            lanes,
            endpoints,
            applications,
            deliveries,
            settings,
            clock,
            new Random(1),
            Traces.off());
    for (Topic topic : List.of(TOPICS.enriched(), TOPICS.subscriptions())) {
      log.create(List.of(new TopicSpec(topic, 1, TopicSpec.Cleanup.DELETE, Duration.ofDays(7))));
    }
    follower = follower();
    matcher =
        new Matcher(
            log, TOPICS.enriched(), follower, index, applications, endpoints, lanes, worker, clock);
    endpoint = endpoints.of(register()).orElseThrow();
  }

  private SubscriptionFollower follower() {
    return follower(index);
  }

  private SubscriptionFollower follower(SubscriptionIndex told) {
    return new SubscriptionFollower(
        log,
        TOPICS.subscriptions(),
        registry,
        told,
        application -> applications.know(application),
        Duration.ofDays(7),
        clock);
  }

  private String register() {
    ObjectNode form = JsonNodeFactory.instance.objectNode();
    form.put("service_name", "service").put("callback_url", "http://127.0.0.1:9999/");
    if (applications.register(form)
        instanceof Outcome.Saved<Applications.Registered>(Applications.Registered registered)) {
      return registered.application().id();
    }
    throw new AssertionError("not registered");
  }

  @AfterEach
  void close() {
    matcher.close();
    follower.close();
    worker.close();
    waiting.close();
    registry.close();
    log.close();
  }

  private void append(Topic topic, String key, byte[] value, Headers headers) {
    log.append(new Entry(topic, 0, key, clock.millis(), value, headers), (position, failure) -> {});
  }

  private void ask(Selector selector) {
    ask(selector, START, Duration.ofHours(1));
  }

  /// @param lifetime null cancels
  private void ask(Selector selector, Instant at, @Nullable Duration lifetime) {
    SubscriptionRequest request =
        new SubscriptionRequest(endpoint.application(), selector, at, lifetime);
    append(TOPICS.subscriptions(), request.id(), request.json(), new Headers());
  }

  private void report(String device, String id) {
    report(device, id, START);
  }

  private void report(String device, String id, Instant accepted) {
    byte[] body = "{\"device_id\":\"%s\"}".formatted(device).getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            new EventId(id),
            new DeviceId(device),
            "Refrigerator",
            "appliance",
            "telemetry",
            accepted,
            accepted,
            List.of(),
            body);
    int offset = log.records(TOPICS.enriched()).size();
    append(
        TOPICS.enriched(),
        device,
        body,
        new Headers().add(HeaderNames.EVENT, EventHeader.encode(event, offset)));
  }

  private long waiting() {
    return deliveries.status(endpoint.number()).waiting();
  }

  private void awaitWaiting(long count) {
    Awaitility.await().atMost(SOON).until(() -> waiting() == count);
  }

  @Test
  void matchesNothingBeforeItKnowsWhatWasAskedForBefore() {
    ask(Selector.ofDevice("fridge"));
    report("fridge", "one");
    matcher.start();
    Awaitility.await()
        .during(Duration.ofMillis(500))
        .until(() -> log.committed(Matcher.GROUP).isEmpty() && waiting() == 0);
    follower.start();
    awaitWaiting(1);
  }

  @Test
  void passesOverWhatIsNoEventAndWhatIsNoSubscription() {
    append(
        TOPICS.subscriptions(),
        "bad",
        ("{\"service_id\":\"%s\",\"filter\":\"{not a filter\",\"expiry_hours\":5,"
                + "\"timestamp\":\"2026-01-01T00:00:00Z\"}")
            .formatted(endpoint.application())
            .getBytes(StandardCharsets.UTF_8),
        new Headers());
    ask(new Selector(null, "Refrigerator", null));
    for (byte[] header : List.of(new byte[] {}, new byte[] {1, 2}, new byte[] {99, 0, 0})) {
      append(
          TOPICS.enriched(),
          "fridge",
          new byte[] {'x'},
          new Headers().add(HeaderNames.EVENT, header));
    }
    report("fridge", "one");
    follower.start();
    matcher.start();
    awaitWaiting(1);
    assertThat(matcher.unreadableCount()).isEqualTo(3);
    assertThat(matcher.stuckSince()).isEmpty();
    assertThat(follower.stuckSince()).isEmpty();
  }

  @Test
  void twoDevicesMayUseTheSameIdAndOneIsDeliveredOnce() {
    ask(new Selector(null, "Refrigerator", null));
    report("one", "1");
    report("other", "1");
    report("one", "1");
    report("last", "2");
    follower.start();
    matcher.start();
    Awaitility.await().atMost(SOON).until(() -> matcher.matchedCount() == 3);
    assertThat(waiting()).isEqualTo(3);
  }

  @Test
  void cutsByTheTimeOfAcceptanceHoweverLateEventsAreMatched() {
    Selector ovens = new Selector(null, null, "{\"device_id\":\"oven\"}");
    Selector hobs = new Selector(null, null, "{\"device_id\":\"hob\"}");
    Instant change = START.plus(Duration.ofMinutes(30));
    Instant end = START.plus(Duration.ofHours(1));
    for (String device : List.of("expires", "cancelled", "renewed")) {
      ask(Selector.ofDevice(device));
    }
    ask(ovens);
    // The filter is changed, one is cancelled and one renewed while events flow.
    ask(ovens, change, null);
    ask(hobs, change, Duration.ofHours(1));
    ask(Selector.ofDevice("cancelled"), change, null);
    ask(Selector.ofDevice("renewed"), end.minusMillis(1), Duration.ofHours(1));
    for (String device : List.of("cancelled", "oven", "hob")) {
      report(device, device + "-before", change.minusMillis(1));
      report(device, device + "-after", change);
    }
    for (String device : List.of("expires", "renewed")) {
      report(device, device + "-before", end.minusMillis(1));
      report(device, device + "-after", end);
    }
    clock.advance(Duration.ofHours(5));

    follower.start();
    matcher.start();

    awaitWaiting(6);
    List<String> kept =
        waiting.read(
            handle -> Statements.query(handle, "SELECT id FROM event", row -> row.getString(1)));
    assertThat(kept)
        .containsExactlyInAnyOrder(
            "cancelled-before",
            "oven-before",
            "hob-after",
            "expires-before",
            "renewed-before",
            "renewed-after");
  }

  @Test
  void aCancellationReachesAProcessThatReadsItWhenAnotherHasKeptIt() throws Exception {
    Instant cancelled = START.plus(Duration.ofMinutes(30));
    ask(Selector.ofDevice("fridge"));
    follower.start();
    Awaitility.await().atMost(SOON).until(() -> index.size() == 1);
    SubscriptionIndex others = new MemoryIndex();
    try (SubscriptionFollower other = follower(others)) {
      ask(Selector.ofDevice("fridge"), cancelled, null);
      Awaitility.await().atMost(SOON).until(this::isCancelled);
      report("fridge", "before", cancelled.minusMillis(1));
      report("fridge", "after", cancelled);
      List<LogRecord> events = log.records(TOPICS.enriched());
      assertThat(others.match(events.getLast())).isNotNull();
      other.start();
      Awaitility.await().atMost(SOON).until(() -> others.match(events.getLast()) == null);
      assertThat(others.match(events.getFirst())).isNotNull();
    }
  }

  private boolean isCancelled() {
    String select = "SELECT COUNT(*) FROM subscription WHERE cancelled_at IS NOT NULL";
    return registry
        .read(handle -> Statements.query(handle, select, row -> row.getInt(1)))
        .equals(List.of(1));
  }

  @Test
  void startsAlthoughARowOfTheRegistryCannotBeRead() {
    ask(new Selector(null, null, "{\"device_id\":{\"exists\":true}}"));
    follower.start();
    Awaitility.await().atMost(SOON).until(() -> index.size() == 1);
    follower.close();
    int spoilt =
        registry.write(
            handle -> handle.createUpdate("UPDATE subscription SET filter = '{'").execute());
    assertThat(spoilt).isEqualTo(1);
    index = new MemoryIndex();
    follower = follower();
    assertThat(index.size()).isZero();
    ask(Selector.ofDevice("fridge"));
    follower.start();
    Awaitility.await().atMost(SOON).until(() -> index.size() == 1);
  }
}
