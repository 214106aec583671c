package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;

/// What can be asked about deliveries: what waits, what is given up, and every attempt. Safe for
/// use by many threads.
public final class DeliveryLog {

  /// Of each lane, because each has its pointers together.
  private static final String WAITING =
      "SELECT l.endpoint, SUM((SELECT COUNT(*) FROM delivery d WHERE d.lane = l.id)),"
          + " SUM((SELECT COUNT(*) FROM refusal r WHERE r.lane = l.id AND r.due_at IS NOT NULL)),"
          + " SUM((SELECT COUNT(*) FROM parked p WHERE p.lane = l.id)),"
          + " MIN((SELECT e.accepted_at FROM event e WHERE e.place ="
          + " (SELECT MIN(d.place) FROM delivery d WHERE d.lane = l.id)))"
          + " FROM lane l WHERE l.endpoint";

  private static final String HEALTH =
      "SELECT endpoint, failures, first_failure, open_until FROM health WHERE endpoint";

  private final Database database;
  private final Endpoints endpoints;
  private final InstantSource clock;

  public DeliveryLog(Database database, Endpoints endpoints, InstantSource clock) {
    this.database = database;
    this.endpoints = endpoints;
    this.clock = clock;
  }

  /// How much waits for an endpoint, and how it is doing.
  ///
  /// @param waiting events in its lanes
  /// @param refused events that it refused and that are tried again
  /// @param parked events that are given up until somebody says otherwise
  /// @param oldestWaiting when the oldest of those waiting was accepted
  /// @param failures failed requests in a row
  /// @param nextProbe when it is tried next, while it is left alone
  public record Status(
      long waiting,
      long refused,
      long parked,
      @Nullable Instant oldestWaiting,
      int failures,
      @Nullable Instant failingSince,
      @Nullable Instant nextProbe) {

    public static final Status NONE = new Status(0, 0, 0, null, 0, null, null);

    /// With the health of another.
    private Status with(Status health) {
      return new Status(
          waiting,
          refused,
          parked,
          oldestWaiting,
          health.failures,
          health.failingSince,
          health.nextProbe);
    }
  }

  /// All deliveries at a glance.
  ///
  /// @param serving lanes that a worker holds
  /// @param due lanes that could be served now
  /// @param delayed lanes that are looked at later
  /// @param idle lanes that are empty, or are held because their endpoint gets nothing
  /// @param waiting deliveries in the lanes
  /// @param parked deliveries that are given up until somebody says otherwise
  /// @param failing endpoints that fail now and keep something waiting
  public record Overview(
      long serving, long due, long delayed, long idle, long waiting, long parked, long failing) {}

  /// Counts them; reads all lanes, so not to be asked every second.
  public Overview overview() {
    long now = clock.millis();
    long failing = failing().size();
    return database.read(
        handle ->
            query(
                    handle,
                    "SELECT SUM(CASE WHEN leased = 1 THEN 1 ELSE 0 END),"
                        + " SUM(CASE WHEN leased = 0 AND due_at <= ? THEN 1 ELSE 0 END),"
                        + " SUM(CASE WHEN leased = 0 AND due_at > ? THEN 1 ELSE 0 END),"
                        + " SUM(CASE WHEN due_at IS NULL THEN 1 ELSE 0 END),"
                        + " (SELECT COUNT(*) FROM delivery), (SELECT COUNT(*) FROM parked)"
                        + " FROM lane",
                    row ->
                        new Overview(
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            failing),
                    now,
                    now)
                .getFirst());
  }

  /// The numbers of the active endpoints that fail now while something waits for them.
  public Set<Long> failing() {
    List<Long> numbers =
        database.read(
            handle ->
                query(
                    handle,
                    "SELECT h.endpoint FROM health h WHERE EXISTS (SELECT 1 FROM lane l WHERE"
                        + " l.endpoint = h.endpoint AND (EXISTS (SELECT 1 FROM delivery d WHERE"
                        + " d.lane = l.id) OR EXISTS (SELECT 1 FROM refusal r WHERE r.lane ="
                        + " l.id)))",
                    row -> row.getLong(1)));
    return numbers.stream()
        .filter(number -> endpoints.byNumber(number).filter(Endpoint::isActive).isPresent())
        .collect(Collectors.toUnmodifiableSet());
  }

  /// How many lanes have been due for so long, and no worker has looked at them.
  public long overdue(Duration since) {
    return database.read(
        handle ->
            query(
                    handle,
                    "SELECT COUNT(*) FROM lane WHERE due_at <= ?",
                    row -> row.getLong(1),
                    clock.instant().minus(since).toEpochMilli())
                .getFirst());
  }

  /// How some endpoints are, by their numbers; asks twice, however many they are.
  public Map<Long, Status> statuses(List<Long> endpoints) {
    Map<Long, Status> statuses = new HashMap<>();
    if (endpoints.isEmpty()) {
      return statuses;
    }
    endpoints.forEach(number -> statuses.put(number, Status.NONE));
    String among = " IN (" + String.join(", ", Collections.nCopies(endpoints.size(), "?")) + ")";
    Object[] numbers = endpoints.toArray();
    return database.read(
        handle -> {
          query(handle, WAITING + among + " GROUP BY l.endpoint", DeliveryLog::waiting, numbers)
              .forEach(statuses::putAll);
          query(handle, HEALTH + among, DeliveryLog::health, numbers)
              .forEach(
                  each ->
                      each.forEach(
                          (number, health) -> statuses.merge(number, health, Status::with)));
          return statuses;
        });
  }

  public Status status(long endpoint) {
    return statuses(List.of(endpoint)).getOrDefault(endpoint, Status.NONE);
  }

  private static Map<Long, Status> waiting(ResultSet row) throws SQLException {
    Status status =
        new Status(row.getLong(2), row.getLong(3), row.getLong(4), time(row, 5), 0, null, null);
    return Map.of(row.getLong(1), status);
  }

  private static Map<Long, Status> health(ResultSet row) throws SQLException {
    Instant openUntil = time(row, 4);
    Instant probe = Instant.EPOCH.equals(openUntil) ? null : openUntil;
    Status status = new Status(0, 0, 0, null, row.getInt(2), time(row, 3), probe);
    return Map.of(row.getLong(1), status);
  }

  private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  /// What a delivery that is not done can be.
  public enum State {
    WAITING,
    REFUSED,
    PARKED
  }

  /// A delivery that is not done.
  ///
  /// @param since when it was parked, or is tried again; null when it waits in line
  public record Open(
      long place,
      String eventId,
      String device,
      String type,
      Instant acceptedAt,
      State state,
      @Nullable Instant since) {}

  /// Those of an endpoint in one state, in the order of the log, behind a place.
  public List<Open> open(long endpoint, State state, long afterPlace, int limit) {
    String source =
        switch (state) {
          case WAITING -> "SELECT lane, place, NULL AS since FROM delivery";
          case REFUSED -> "SELECT lane, place, due_at AS since FROM refusal";
          case PARKED -> "SELECT lane, place, parked_at AS since FROM parked";
        };
    return database.read(
        handle ->
            query(
                handle,
                "SELECT e.place, e.id, e.device, e.type, e.accepted_at, o.since FROM ("
                    + source
                    + ") o JOIN event e ON e.place = o.place WHERE o.lane IN (SELECT id FROM lane"
                    + " WHERE endpoint = ?) AND o.place > ? ORDER BY o.place LIMIT ?",
                row ->
                    new Open(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5)),
                        state,
                        time(row, 6)),
                endpoint,
                afterPlace,
                limit));
  }

  /// The state of an event for an endpoint; empty when it does not wait.
  public Optional<State> stateOf(long endpoint, Wanted wanted) {
    List<Object> values = new ArrayList<>(List.of(endpoint));
    values.addAll(wanted.values());
    return database
        .read(
            handle ->
                query(
                    handle,
                    "SELECT CASE WHEN p.place IS NOT NULL THEN 'PARKED' WHEN r.place IS NOT NULL"
                        + " THEN 'REFUSED' WHEN d.place IS NOT NULL THEN 'WAITING' END FROM event"
                        + " e JOIN lane l ON l.endpoint = ? LEFT JOIN delivery d ON d.lane = l.id"
                        + " AND d.place = e.place LEFT JOIN refusal r ON r.lane = l.id AND r.place"
                        + " = e.place LEFT JOIN parked p ON p.lane = l.id AND p.place = e.place"
                        + " WHERE "
                        + wanted.where("e.id", "e.device")
                        + " ORDER BY 1 DESC NULLS LAST LIMIT 1",
                    row -> Optional.ofNullable(row.getString(1)),
                    values.toArray()))
        .stream()
        .flatMap(Optional::stream)
        .map(State::valueOf)
        .findAny();
  }

  /// The endpoints that an event waits for, is parked for, or was tried at.
  public List<Long> endpointsOf(Wanted wanted) {
    String open = wanted.where("e.id", "e.device");
    String sql =
        "SELECT endpoint FROM attempt WHERE "
            + wanted.where("event", "device")
            + " UNION SELECT l.endpoint FROM event e JOIN delivery p ON p.place = e.place"
            + " JOIN lane l ON l.id = p.lane WHERE "
            + open
            + " UNION SELECT l.endpoint FROM event e JOIN parked p ON p.place = e.place"
            + " JOIN lane l ON l.id = p.lane WHERE "
            + open;
    List<Object> values = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      values.addAll(wanted.values());
    }
    return database.read(handle -> query(handle, sql, row -> row.getLong(1), values.toArray()));
  }

  /// A request that was made.
  public record Entry(
      long id,
      String eventId,
      String device,
      Instant at,
      String outcome,
      @Nullable Integer status,
      long millis,
      @Nullable String detail,
      @Nullable String answer) {}

  /// Which attempts are asked for; null leaves a condition out.
  ///
  /// @param before only those with a smaller id
  public record AttemptQuery(
      @Nullable String outcome,
      @Nullable Wanted wanted,
      @Nullable Instant from,
      @Nullable Instant to,
      long before,
      int limit) {}

  /// The attempts of an endpoint, the latest first.
  public List<Entry> attempts(long endpoint, AttemptQuery asked) {
    List<Object> values = new ArrayList<>(List.of(endpoint, asked.before()));
    StringBuilder sql =
        new StringBuilder(
            "SELECT id, event, device, at, outcome, status, millis, detail, answer FROM attempt"
                + " WHERE endpoint = ? AND id < ?");
    add(sql, values, " AND outcome = ?", asked.outcome());
    if (asked.wanted() != null) {
      sql.append(" AND ").append(asked.wanted().where("event", "device"));
      values.addAll(asked.wanted().values());
    }
    add(sql, values, " AND at >= ?", asked.from() == null ? null : asked.from().toEpochMilli());
    add(sql, values, " AND at < ?", asked.to() == null ? null : asked.to().toEpochMilli());
    add(sql, values, " ORDER BY id DESC LIMIT ?", asked.limit());
    return database.read(
        handle -> query(handle, sql.toString(), DeliveryLog::entry, values.toArray()));
  }

  private static void add(
      StringBuilder sql, List<Object> values, String condition, @Nullable Object value) {
    if (value != null) {
      sql.append(condition);
      values.add(value);
    }
  }

  private static Entry entry(ResultSet row) throws SQLException {
    int status = row.getInt(6);
    boolean none = row.wasNull();
    return new Entry(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        Instant.ofEpochMilli(row.getLong(4)),
        row.getString(5),
        none ? null : status,
        row.getLong(7),
        row.getString(8),
        row.getString(9));
  }

  /// Something that the owner of an endpoint should know.
  public record Notice(Instant at, String kind, String detail) {}

  /// Notes of each endpoint that it ended, once, so that its owner is told.
  void noticeEnds(List<Endpoint> ended) {
    List<Object[]> rows = new ArrayList<>();
    for (Endpoint endpoint : ended) {
      long number = endpoint.number();
      String kind = endpoint.state().text();
      long since = endpoint.condition().since().toEpochMilli();
      String reason = endpoint.condition().reason();
      rows.add(new Object[] {number, since, kind, reason, number, kind, since});
    }
    int _ =
        database.write(
            handle ->
                batch(
                    handle,
                    "INSERT INTO notice (endpoint, at, kind, detail, told) SELECT ?, ?, ?, ?, 0"
                        + " WHERE NOT EXISTS (SELECT 1 FROM notice WHERE endpoint = ? AND kind = ?"
                        + " AND at >= ?)",
                    rows));
  }

  /// A notice whose owner was not written to yet.
  public record Untold(long id, long endpoint, Notice notice) {}

  /// The oldest first.
  public List<Untold> untold(int limit) {
    return database.read(
        handle ->
            query(
                handle,
                "SELECT id, endpoint, at, kind, detail FROM notice WHERE told = 0 ORDER BY id"
                    + " LIMIT ?",
                row ->
                    new Untold(
                        row.getLong(1),
                        row.getLong(2),
                        new Notice(
                            Instant.ofEpochMilli(row.getLong(3)),
                            row.getString(4),
                            row.getString(5))),
                limit));
  }

  public void told(long id) {
    int _ =
        database.write(
            handle ->
                batch(
                    handle,
                    "UPDATE notice SET told = 1 WHERE id = ?",
                    List.of(new Object[][] {{id}})));
  }

  /// The latest notices first.
  public List<Notice> notices(long endpoint, int limit) {
    return database.read(
        handle ->
            query(
                handle,
                "SELECT at, kind, detail FROM notice WHERE endpoint = ? ORDER BY id DESC LIMIT ?",
                row ->
                    new Notice(
                        Instant.ofEpochMilli(row.getLong(1)), row.getString(2), row.getString(3)),
                endpoint,
                limit));
  }

  /// Deliveries and endpoints, in total.
  public record Totals(long waiting, long parked, long attempts) {}

  public Totals totals() {
    return database.read(
        handle ->
            query(
                    handle,
                    "SELECT (SELECT COUNT(*) FROM delivery), (SELECT COUNT(*) FROM parked),"
                        + " (SELECT COALESCE(MAX(id), 0) FROM attempt)",
                    row -> new Totals(row.getLong(1), row.getLong(2), row.getLong(3)))
                .getFirst());
  }
}
