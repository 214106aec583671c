package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert;
import org.jdbi.v3.core.JdbiException;
import weir.device.Database;
import weir.device.DeviceId;
import weir.device.Outcome;
import weir.device.Statements;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.subscriber.Application;
import weir.subscriber.Applications;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.SecretBox;
import weir.subscriber.SubscriberSettings;
import weir.testkit.ManualClock;
import weir.testkit.MemoryLog;
import weir.testkit.TestEngine;
import weir.trace.Traces;

/// Lanes on a real disk and a real worker, whose turns a test takes itself, under a clock that
/// stands still.
final class LanesFixture implements AutoCloseable {

  private static final Topic ENRICHED = new Topic("iot.enriched");

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final ManualClock clock = new ManualClock(START);
  final SubscriberSettings settings;
  final Endpoints endpoints;
  final LaneStore store;
  final DeliveryLog log;
  final Deliveries deliveries;
  DeliveryWorker worker;
  private final Database registry;
  final Database database;
  final Applications applications;
  private final MemoryLog events = new MemoryLog();
  private final List<DeliveryWorker> workers = new ArrayList<>();
  private long offset;

  LanesFixture(Path folder, TestEngine engine) {
    this(folder, engine, SubscriberSettings.defaults().withLoopback());
  }

  LanesFixture(Path folder, TestEngine engine, SubscriberSettings settings) {
    this.settings = settings;
    registry = new Database(engine.in(folder, "registry.db"), Database.Tables.REGISTRY, 2);
    database = new Database(engine.in(folder, "deliveries.db"), Database.Tables.DELIVERIES, 2);
    SecretBox box = SecretBox.open(folder.resolve("webhook.key"));
    endpoints = new Endpoints(registry, box, settings, clock);
    applications = new Applications(registry, endpoints, clock);
    store = new LaneStore(database);
    log = new DeliveryLog(database, endpoints, clock);
    worker = newWorker();
    deliveries = new Deliveries(database, store, worker, endpoints, events, ENRICHED, clock);
    events.create(
        List.of(new TopicSpec(ENRICHED, 4, TopicSpec.Cleanup.DELETE, Duration.ofDays(7))));
  }

  /// Another worker on the same lanes, as another process would have it.
  DeliveryWorker newWorker() {
    DeliveryWorker fresh =
        new DeliveryWorker(
            store, endpoints, applications, log, settings, clock, new Random(1), Traces.off());
    endpoints.whenMoved(fresh::moved);
    workers.add(fresh);
    return fresh;
  }

  Endpoint endpoint(String url, String... options) {
    ObjectNode form = JsonNodeFactory.instance.objectNode();
    form.put("service_name", "service of " + url + System.nanoTime()).put("callback_url", url);
    Applications.Registered registered = saved(applications.register(form));
    ObjectNode change = JsonNodeFactory.instance.objectNode().put("timeout_seconds", 1);
    for (int i = 0; i < options.length; i += 2) {
      if (options[i].endsWith("_seconds")) {
        change.put(options[i], Integer.parseInt(options[i + 1]));
      } else {
        change.put(options[i], options[i + 1]);
      }
    }
    return saved(endpoints.change(registered.application().id(), change));
  }

  private static <T> T saved(Outcome<T> outcome) {
    if (outcome instanceof Outcome.Saved<T>(T value)) {
      return value;
    }
    throw new AssertionError(outcome.toString());
  }

  /// Lays an event of a device into partition 0 for these endpoints.
  void accept(String id, String device, Endpoint... takers) {
    acceptIn(0, id, device, takers);
  }

  void acceptIn(int partition, String id, String device, Endpoint... takers) {
    List<Endpoint> now = new ArrayList<>();
    for (Endpoint taker : takers) {
      now.add(endpoints.byNumber(taker.number()).orElseThrow());
    }
    lay(arrival(Place.of(partition, offset++), id, device, now));
  }

  Arrival arrival(long place, String id, String device, List<Endpoint> takers) {
    EventHeader.Outline event =
        new EventHeader.Outline(
            Place.offset(place), clock.instant(), id, device, "Refrigerator", "telemetry");
    byte[] body =
        "{\"event_id\":\"%s\",\"device_id\":\"%s\"}"
            .formatted(id, device)
            .getBytes(StandardCharsets.UTF_8);
    return new Arrival(place, event, body, takers, null);
  }

  void lay(Arrival arrival) {
    lay(List.of(arrival));
  }

  void lay(List<Arrival> arrivals) {
    Map<Integer, LaneStore.Progress> reached = new HashMap<>();
    for (Arrival arrival : arrivals) {
      long next = Place.offset(arrival.place()) + 1;
      reached.put(Place.partition(arrival.place()), new LaneStore.Progress(next, next));
    }
    store.accept(arrivals, reached, clock.instant());
  }

  void change(Endpoint endpoint, String option, String value) {
    ObjectNode form = JsonNodeFactory.instance.objectNode().put(option, value);
    Endpoint _ = saved(endpoints.change(endpoint.application(), form));
  }

  /// Changes a field of the application.
  void set(Endpoint endpoint, String field, String value) {
    ObjectNode form = JsonNodeFactory.instance.objectNode().put(field, value);
    Application _ = saved(applications.update(endpoint.application(), form));
  }

  Instant now() {
    return clock.instant();
  }

  /// Has an event in the log too, at the place where it was accepted.
  void log(long place, String id, String device) {
    Arrival arrival = arrival(place, id, device, List.of());
    Event event =
        new Event(
            new EventId(id),
            new DeviceId(device),
            "Refrigerator",
            "appliance",
            "telemetry",
            clock.instant(),
            clock.instant(),
            List.of(),
            arrival.body());
    events.append(
        new Entry(
            ENRICHED,
            Place.partition(place),
            device,
            clock.millis(),
            arrival.body(),
            new Headers().add(HeaderNames.EVENT, EventHeader.encode(event, Place.offset(place)))),
        (position, failure) -> {});
  }

  /// How the database would answer a question.
  List<String> plan(String sql, Object... values) {
    return database.read(
        handle ->
            Statements.query(
                handle, "EXPLAIN QUERY PLAN " + sql, row -> row.getString("detail"), values));
  }

  int tidy() {
    return deliveries.tidy(settings.lanes());
  }

  /// Something is tried while the database has lost one of its tables.
  void without(String table, ThrowableAssert.ThrowingCallable act) {
    rename(table, "away");
    assertThatThrownBy(act).isInstanceOf(JdbiException.class);
    rename("away", table);
  }

  private void rename(String table, String name) {
    int _ = database.write(handle -> handle.execute("ALTER TABLE " + table + " RENAME TO " + name));
  }

  /// Has attempts that nobody made, of places from 0 on.
  void attempt(Endpoint endpoint, String outcome, int count) {
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Object[] {endpoint.number(), i, "old-" + i, clock.millis(), outcome});
    }
    int _ =
        database.write(
            handle ->
                Statements.batch(
                    handle,
                    "INSERT INTO attempt (endpoint, place, event, device, at, outcome, millis)"
                        + " VALUES (?, ?, ?, 'device', ?, ?, 1)",
                    rows));
  }

  long attempts(Endpoint endpoint, String outcome) {
    return database
        .read(
            handle ->
                Statements.query(
                    handle,
                    "SELECT COUNT(*) FROM attempt WHERE endpoint = ? AND outcome = ?",
                    row -> row.getLong(1),
                    endpoint.number(),
                    outcome))
        .getFirst();
  }

  /// Takes turns until nothing is due and nothing is being served.
  void settle() throws InterruptedException {
    settle(worker);
  }

  static void settle(DeliveryWorker worker) throws InterruptedException {
    int idleTurns = 0;
    while (idleTurns < 2) {
      worker.turn(Duration.ofMillis(5));
      idleTurns = worker.isIdle() ? idleTurns + 1 : 0;
    }
  }

  void advance(Duration by) throws InterruptedException {
    clock.advance(by);
    settle();
  }

  DeliveryLog.Status status(Endpoint endpoint) {
    return log.status(endpoint.number());
  }

  Endpoint.State state(Endpoint endpoint) {
    return endpoints.byNumber(endpoint.number()).orElseThrow().state();
  }

  List<DeliveryLog.Entry> attempts(Endpoint endpoint) {
    return log.attempts(
        endpoint.number(),
        new DeliveryLog.AttemptQuery(null, null, null, null, Long.MAX_VALUE, 1_000));
  }

  /// Events that are kept because somebody waits for them.
  long keptEvents() {
    return database
        .read(
            handle -> Statements.query(handle, "SELECT COUNT(*) FROM event", row -> row.getLong(1)))
        .getFirst();
  }

  @Override
  public void close() {
    workers.forEach(DeliveryWorker::close);
    database.close();
    registry.close();
  }
}
