package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import weir.device.Database;
import weir.device.Outcome;
import weir.event.EventId;
import weir.log.EventLog;
import weir.log.Topic;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;

/// What an owner can do with the deliveries of an endpoint: hold them back, let them go, skip,
/// repeat, and try. Safe for use by many threads.
public final class Deliveries {

  /// Events that one request can repeat.
  public static final int REDELIVER_MAX = 10_000;

  private static final int CHUNK = 1_000;
  private static final String LANES = "(SELECT id FROM lane WHERE endpoint = ?)";

  private final Database database;
  private final LaneStore store;
  private final DeliveryWorker worker;
  private final Endpoints endpoints;
  private final EventLog log;
  private final Topic enriched;
  private final InstantSource clock;

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
  }

  /// Holds everything back from now on; what matches waits.
  public Outcome<Endpoint> pause(String application) {
    return endpoints.enter(application, Endpoint.State.PAUSED, "paused by its owner");
  }

  /// Sends again, whatever the reason was that nothing was sent, beginning with what waits.
  public Outcome<Endpoint> resume(String application) {
    Outcome<Endpoint> outcome = endpoints.enter(application, Endpoint.State.ACTIVE, "");
    if (outcome instanceof Outcome.Saved<Endpoint>(Endpoint endpoint)) {
      worker.health(endpoint.number()).forgive();
      wake(endpoint.number());
    }
    return outcome;
  }

  /// Makes every lane of an endpoint due that has something in it.
  private void wake(long endpoint) {
    long now = clock.millis();
    int _ =
        database.write(
            handle ->
                batch(
                        handle,
                        "DELETE FROM health WHERE endpoint = ?",
                        List.of(new Object[][] {{endpoint}}))
                    + batch(
                        handle,
                        "UPDATE lane SET due_at = ? WHERE endpoint = ? AND leased = 0 AND (EXISTS"
                            + " (SELECT 1 FROM delivery d WHERE d.lane = lane.id) OR EXISTS (SELECT"
                            + " 1 FROM refusal r WHERE r.lane = lane.id))",
                        List.of(new Object[][] {{now, endpoint}})));
    worker.wake();
  }

  /// Gives up what waits now, for ever. Returns how many events that were.
  public int skip(Endpoint endpoint) {
    int skipped = 0;
    int now;
    do {
      now =
          database.write(
              handle -> {
                List<Object[]> rows =
                    query(
                        handle,
                        "SELECT lane, place FROM delivery WHERE lane IN " + LANES + " LIMIT ?",
                        row -> new Object[] {row.getLong(1), row.getLong(2)},
                        endpoint.number(),
                        CHUNK);
                rows.addAll(
                    query(
                        handle,
                        "SELECT lane, place FROM refusal WHERE lane IN " + LANES + " LIMIT ?",
                        row -> new Object[] {row.getLong(1), row.getLong(2)},
                        endpoint.number(),
                        CHUNK));
                Finish.discard(handle, rows);
                return rows.size();
              });
      skipped += now;
    } while (now > 0);
    return skipped;
  }

  /// Sends an event again, wherever it is: parked, waiting for another try, or long delivered and
  /// still in the log.
  public Outcome<Integer> redeliver(Endpoint endpoint, String eventId) {
    List<Long> places =
        database.read(
            handle ->
                query(
                    handle,
                    "SELECT DISTINCT place FROM attempt WHERE endpoint = ? AND event = ? AND place"
                        + " >= 0",
                    row -> row.getLong(1),
                    endpoint.number(),
                    eventId));
    return places.isEmpty()
        ? new Outcome.Missing<>()
        : new Outcome.Saved<>(redeliver(endpoint, places));
  }

  /// Sends everything again that is parked. Returns how many events that are.
  public int redeliverParked(Endpoint endpoint) {
    List<Long> places =
        database.read(
            handle ->
                query(
                    handle,
                    "SELECT place FROM parked WHERE lane IN " + LANES + " ORDER BY place LIMIT ?",
                    row -> row.getLong(1),
                    endpoint.number(),
                    REDELIVER_MAX));
    return redeliver(endpoint, places);
  }

  /// Sends everything again that was tried in a time.
  ///
  /// @param outcomes only what had one of these at some attempt
  public int redeliver(Endpoint endpoint, Instant from, Instant to, Collection<String> outcomes) {
    String wanted =
        outcomes.stream().map(outcome -> "'" + outcome + "'").collect(Collectors.joining(", "));
    List<Long> places =
        database.read(
            handle ->
                query(
                    handle,
                    "SELECT DISTINCT place FROM attempt WHERE endpoint = ? AND at >= ? AND at < ?"
                        + " AND place >= 0 AND outcome IN ("
                        + wanted
                        + ") ORDER BY place LIMIT ?",
                    row -> row.getLong(1),
                    endpoint.number(),
                    from.toEpochMilli(),
                    to.toEpochMilli(),
                    REDELIVER_MAX));
    return redeliver(endpoint, places);
  }

  private int redeliver(Endpoint endpoint, List<Long> places) {
    Set<Long> kept = kept(places);
    List<Long> missing = places.stream().filter(place -> !kept.contains(place)).toList();
    Map<Long, Arrival> recalled = new Recall(log, enriched).read(missing);
    int count =
        database.write(
            handle -> {
              store.insertEvents(handle, List.copyOf(recalled.values()));
              List<Object[]> rows = new ArrayList<>();
              for (long place : places) {
                if (kept.contains(place) || recalled.containsKey(place)) {
                  long lane = store.lane(handle, endpoint.number(), Place.partition(place));
                  rows.add(new Object[] {lane, place});
                }
              }
              requeue(handle, endpoint.number(), rows);
              return rows.size();
            });
    wakeIfActive(endpoint);
    return count;
  }

  private void wakeIfActive(Endpoint endpoint) {
    if (endpoint.state() == Endpoint.State.ACTIVE) {
      long now = clock.millis();
      int _ =
          database.write(
              handle ->
                  batch(
                      handle,
                      "UPDATE lane SET due_at = ? WHERE endpoint = ? AND due_at IS NULL AND EXISTS"
                          + " (SELECT 1 FROM delivery d WHERE d.lane = lane.id)",
                      List.of(new Object[][] {{now, endpoint.number()}})));
      worker.wake();
    }
  }

  private static void requeue(Handle handle, long endpoint, List<Object[]> rows) {
    int _ =
        batch(
            handle,
            "INSERT INTO delivery (lane, place) VALUES (?, ?) ON CONFLICT DO NOTHING",
            rows);
    List<Object[]> places = rows.stream().map(row -> new Object[] {row[1], endpoint}).toList();
    int _ = batch(handle, "DELETE FROM parked WHERE place = ? AND lane IN " + LANES, places);
    int _ = batch(handle, "DELETE FROM refusal WHERE place = ? AND lane IN " + LANES, places);
  }

  private Set<Long> kept(List<Long> places) {
    return database.read(
        handle ->
            places.stream()
                .filter(
                    place ->
                        !query(
                                handle,
                                "SELECT 1 FROM event WHERE place = ?",
                                row -> row.getInt(1),
                                place)
                            .isEmpty())
                .collect(Collectors.toSet()));
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
            0,
            Instant.EPOCH);
    try {
      Message message = Message.of(endpoint.options().format(), List.of(event));
      Attempt attempt = worker.sender().send(endpoint, message);
      return new Outcome.Saved<>(store.keepTest(endpoint.number(), event, attempt));
    } catch (InterruptedIOException e) {
      return new Outcome.Conflict<>("the platform is ending");
    }
  }

  /// Removes what belongs to endpoints that are gone, and what is too old. Returns how many
  /// deliveries that never succeeded were removed for their age.
  public int tidy(Duration keptFor, int attemptsMax) {
    return new Tidying(database, endpoints, keptFor, attemptsMax, clock).run();
  }
}
