package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.device.Outcome;
import weir.event.EventId;
import weir.log.EventLog;
import weir.log.Topic;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.SubscriberSettings;

/// What an owner can do with the deliveries of an endpoint: hold them back, let them go, skip,
/// repeat, and try. Safe for use by many threads.
public final class Deliveries {

  /// Events that one request can repeat.
  public static final int REDELIVER_MAX = 10_000;

  /// Whether the event of attempt `a` is in the log of today, or was kept from a lost one.
  private static final String KNOWN =
      "(a.place >= 0 OR EXISTS (SELECT 1 FROM event e WHERE e.place = a.place))";

  /// What can come of an attempt.
  public enum Result {
    DELIVERED,
    REFUSED,
    FAILED,
    GONE
  }

  private final Database database;
  private final LaneStore store;
  private final DeliveryWorker worker;
  private final Endpoints endpoints;
  private final EventLog log;
  private final Topic enriched;
  private final InstantSource clock;
  private final OldAttempts oldAttempts;

  public Deliveries(
      Database database,
      LaneStore store,
      DeliveryWorker worker,
      Endpoints endpoints,
      EventLog log,
      Topic enriched,
      InstantSource clock) {
    this.database = database;
    this.store = store;
    this.worker = worker;
    this.endpoints = endpoints;
    this.log = log;
    this.enriched = enriched;
    this.clock = clock;
    this.oldAttempts = new OldAttempts(database);
  }

  /// Holds everything back from now on; what matches waits.
  public Outcome<Endpoint> pause(String application) {
    return endpoints.enter(application, Endpoint.State.PAUSED, "paused by its owner");
  }

  /// Sends again, whatever the reason was that nothing was sent, beginning with what waits.
  public Outcome<Endpoint> resume(String application) {
    Outcome<Endpoint> outcome = endpoints.enter(application, Endpoint.State.ACTIVE, "");
    if (outcome instanceof Outcome.Saved<Endpoint>(Endpoint endpoint)) {
      worker.forgive(endpoint.number());
    }
    return outcome;
  }

  /// Gives up what waits now, for ever. Returns how many events that were.
  public int skip(Endpoint endpoint) {
    return new Pointers(database).skip(endpoint.number());
  }

  /// Sends an event again, wherever it is: parked, waiting, or long delivered and still in the
  /// log.
  public Outcome<Integer> redeliver(Endpoint endpoint, Wanted wanted) {
    String sql =
        "SELECT place FROM attempt WHERE place >= 0 AND endpoint = ? AND "
            + wanted.where("event", "device")
            + " UNION SELECT e.place FROM event e JOIN lane l ON l.endpoint = ? WHERE "
            + wanted.where("e.id", "e.device")
            + " AND "
            + Pointers.POINTS;
    List<Object> values = new ArrayList<>();
    for (int part = 0; part < 2; part++) {
      values.add(endpoint.number());
      values.addAll(wanted.values());
    }
    List<Long> places =
        database.read(handle -> query(handle, sql, row -> row.getLong(1), values.toArray()));
    return places.isEmpty()
        ? new Outcome.Missing<>()
        : new Outcome.Saved<>(redeliver(endpoint, places));
  }

  /// What is sent again.
  ///
  /// @param last the place behind which there may be more, for another request; null when there are
  ///     none
  public record Redelivered(int count, @Nullable Long last) {}

  /// Which attempts are repeated.
  ///
  /// @param afterPlace only events behind it
  public record Range(Instant from, Instant to, long afterPlace) {}

  /// Sends everything again that is parked behind a place.
  public Redelivered redeliverParked(Endpoint endpoint, long afterPlace) {
    List<Long> places =
        database.read(
            handle ->
                query(
                    handle,
                    "SELECT place FROM parked WHERE lane IN "
                        + Pointers.LANES
                        + " AND place > ? ORDER BY place LIMIT ?",
                    row -> row.getLong(1),
                    endpoint.number(),
                    afterPlace,
                    REDELIVER_MAX));
    return redelivered(endpoint, places);
  }

  /// Sends everything again that was tried in a time, whatever came of it.
  public Redelivered redeliver(Endpoint endpoint, Range range) {
    return redeliver(endpoint, range, "");
  }

  /// Sends everything again that had an outcome at some attempt in a time. What was delivered since
  /// is sent again only when that is the outcome asked for.
  public Redelivered redeliver(Endpoint endpoint, Range range, Result outcome) {
    String text = outcome.name().toLowerCase(Locale.ROOT);
    String delivered =
        " AND NOT EXISTS (SELECT 1 FROM attempt d WHERE d.event = a.event AND d.place = a.place AND"
            + " d.endpoint = a.endpoint AND d.outcome = 'delivered')";
    return redeliver(
        endpoint,
        range,
        " AND outcome = '%s'%s".formatted(text, outcome == Result.DELIVERED ? "" : delivered));
  }

  private Redelivered redeliver(Endpoint endpoint, Range range, String condition) {
    List<Long> places =
        database.read(
            handle ->
                query(
                    handle,
                    "SELECT DISTINCT place FROM attempt a WHERE endpoint = ? AND at >= ? AND at < ?"
                        + " AND place > ? AND "
                        + KNOWN
                        + condition
                        + " ORDER BY place LIMIT ?",
                    row -> row.getLong(1),
                    endpoint.number(),
                    range.from.toEpochMilli(),
                    range.to.toEpochMilli(),
                    range.afterPlace,
                    REDELIVER_MAX));
    return redelivered(endpoint, places);
  }

  private Redelivered redelivered(Endpoint endpoint, List<Long> places) {
    Long last = places.size() < REDELIVER_MAX ? null : places.getLast();
    return new Redelivered(redeliver(endpoint, places), last);
  }

  /// Lays events into their lanes again; those that nobody waits for are read from the log.
  private int redeliver(Endpoint endpoint, List<Long> places) {
    List<Long> missing = store.write(handle -> requeue(handle, endpoint.number(), places));
    List<Arrival> recalled = List.of();
    if (!missing.isEmpty()) {
      recalled = List.copyOf(new Recall(log, enriched).read(missing).values());
      requeue(endpoint.number(), recalled);
    }
    store.wake(endpoint.number(), clock.instant());
    worker.wake();
    return places.size() - missing.size() + recalled.size();
  }

  private void requeue(long endpoint, List<Arrival> arrivals) {
    List<Long> places = arrivals.stream().map(Arrival::place).toList();
    List<Long> _ =
        store.write(
            handle -> {
              store.insertEvents(handle, arrivals);
              return requeue(handle, endpoint, places);
            });
  }

  /// Lays the events that are kept into their lanes, and returns the places of the others.
  private List<Long> requeue(Handle handle, long endpoint, List<Long> places) {
    List<Object[]> rows = new ArrayList<>();
    List<Long> missing = new ArrayList<>();
    for (long place : places) {
      String kept = "SELECT 1 FROM event WHERE place = ?";
      if (query(handle, kept, row -> row.getInt(1), place).isEmpty()) {
        missing.add(place);
      } else {
        rows.add(
            new Object[] {store.lane(handle, endpoint, Place.partition(place)), place, endpoint});
      }
    }
    int _ =
        batch(
            handle,
            "INSERT INTO delivery (lane, place) VALUES (?, ?) ON CONFLICT DO NOTHING",
            rows.stream().map(row -> new Object[] {row[0], row[1]}).toList());
    List<Object[]> others = rows.stream().map(row -> new Object[] {row[1], row[2]}).toList();
    for (String table : List.of("parked", "refusal")) {
      int _ =
          batch(
              handle,
              "DELETE FROM " + table + " WHERE place = ? AND lane IN " + Pointers.LANES,
              others);
    }
    return missing;
  }

  /// Sends an event that never happened, at once, whatever state the endpoint is in. It is signed,
  /// and shown among the attempts.
  public Outcome<DeliveryLog.Entry> test(Endpoint endpoint) {
    Instant now = clock.instant();
    String id = "test-" + EventId.fresh(clock).value();
    String body =
        "{\"event_id\":\"%s\",\"device_id\":\"weir-test\",\"device_type\":\"test\",\"event_type\":\"test\",\"timestamp\":\"%s\",\"received_at\":\"%s\"}"
            .formatted(id, now, now);
    Pending event =
        new Pending(
            -1,
            id,
            "weir-test",
            "test",
            now,
            body.getBytes(StandardCharsets.UTF_8),
            null,
            0,
            Instant.EPOCH);
    try {
      Message message = Message.of(endpoint.options().format(), List.of(event));
      Attempt attempt = worker.sender().send(endpoint, message);
      return new Outcome.Saved<>(store.keepTest(endpoint.number(), event, attempt));
    } catch (InterruptedIOException e) {
      return new Outcome.Conflict<>("the platform is ending");
    } catch (CrowdedException e) {
      return new Outcome.Conflict<>(String.valueOf(e.getMessage()));
    }
  }

  /// Removes what belongs to endpoints that are gone, and what is too old. Returns how many
  /// deliveries that never succeeded were removed for their age.
  public int tidy(SubscriberSettings.Lanes limits) {
    return new Tidying(database, oldAttempts, endpoints, limits, clock).run();
  }
}
