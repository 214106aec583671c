package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.subscriber.Endpoint;

/// What waits, on the disk. Safe for use by many threads and, by leases and epochs, by many
/// workers.
///
/// A lane is one endpoint and one partition of the log. Its pointers are inserted when events
/// match, deleted when they are done, and never changed; the event itself is kept as long as
/// anybody points to it, so that no retention of the log can take it away.
public final class LaneStore {

  /// Lanes that are due, the longest due first, and how their endpoints are doing; costs no more
  /// when there are many that are not.
  static final String DUE =
      "SELECT l.id, l.endpoint, l.shard, l.epoch, h.failures, h.first_failure, h.open_until, h.step"
          + " FROM lane l LEFT JOIN health h ON h.endpoint = l.endpoint WHERE l.due_at <= ?"
          + " ORDER BY l.due_at LIMIT ?";

  /// The classes of SQL states that blame a value: its form, and what the table asks of it.
  private static final Set<String> UNFIT = Set.of("22", "23");

  private record LaneKey(long endpoint, int shard) {}

  private final Database database;
  private final Map<LaneKey, Long> lanes = new ConcurrentHashMap<>();

  /// Those of the transaction that is open; owned by whoever writes.
  private final Map<LaneKey, Long> made = new HashMap<>();

  public LaneStore(Database database) {
    this.database = database;
  }

  /// How far a partition was matched.
  ///
  /// @param rawOffset of the latest event that was wanted; repeats are known by it
  public record Progress(long nextOffset, long rawOffset) {}

  public Optional<Progress> progress(int partition) {
    return database
        .read(
            handle ->
                query(
                    handle,
                    "SELECT next_offset, raw_offset FROM position WHERE partition_number = ?",
                    row -> new Progress(row.getLong(1), row.getLong(2)),
                    partition))
        .stream()
        .findAny();
  }

  /// Forgets how far a partition was matched, because the log is another one, and makes room for
  /// its places.
  public void restart(int partition) {
    Object[] range = {Place.of(partition, 0), Place.of(partition + 1, 0)};
    int _ =
        database.write(
            handle -> {
              for (String table : List.of("event", "delivery", "refusal", "parked")) {
                int _ =
                    batch(
                        handle,
                        "UPDATE %s SET place = place + (%d) WHERE place >= ? AND place < ?"
                            .formatted(table, Place.LOST),
                        List.<Object[]>of(range));
              }
              return batch(
                      handle,
                      "UPDATE attempt SET place = -1 WHERE place >= ? AND place < ?",
                      List.<Object[]>of(range))
                  + batch(
                      handle,
                      "DELETE FROM position WHERE partition_number = ?",
                      List.of(new Object[][] {{partition}}));
            });
  }

  /// Changes something in one transaction. The lanes it makes are known when it is committed: one
  /// that was taken back is nobody's, and its number may be the next one's.
  <T> T write(Function<Handle, T> change) {
    return database.write(
        handle -> {
          made.clear();
          return change.apply(handle);
        },
        committed -> lanes.putAll(made));
  }

  /// Lays events into the lanes of those that want them and wakes the lanes, together with how
  /// far the partitions are done.
  public void accept(List<Arrival> arrivals, Map<Integer, Progress> progress, Instant now) {
    int _ =
        write(
            handle -> {
              insertEvents(handle, arrivals);
              insertPointers(handle, arrivals, now);
              List<Object[]> rows = new ArrayList<>();
              progress.forEach(
                  (partition, at) ->
                      rows.add(new Object[] {partition, at.nextOffset(), at.rawOffset()}));
              return batch(
                  handle,
                  "INSERT INTO position (partition_number, next_offset, raw_offset) VALUES (?, ?,"
                      + " ?) ON CONFLICT (partition_number) DO UPDATE SET next_offset ="
                      + " excluded.next_offset, raw_offset = excluded.raw_offset WHERE"
                      + " position.next_offset < excluded.next_offset",
                  rows);
            });
  }

  void insertEvents(Handle handle, List<Arrival> arrivals) {
    List<Object[]> rows = new ArrayList<>(arrivals.size());
    for (Arrival arrival : arrivals) {
      rows.add(
          new Object[] {
            arrival.place(),
            arrival.event().id(),
            arrival.event().device(),
            arrival.event().type(),
            arrival.event().receivedAt().toEpochMilli(),
            arrival.body(),
            arrival.trace()
          });
    }
    int _ =
        batch(
            handle,
            "INSERT INTO event (place, id, device, type, accepted_at, body, trace) VALUES (?, ?, ?,"
                + " ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            rows);
  }

  private void insertPointers(Handle handle, List<Arrival> arrivals, Instant now) {
    List<Object[]> pointers = new ArrayList<>();
    Set<Long> woken = new HashSet<>();
    for (Arrival arrival : arrivals) {
      for (Endpoint endpoint : arrival.endpoints()) {
        long lane = lane(handle, endpoint.number(), Place.partition(arrival.place()));
        pointers.add(new Object[] {lane, arrival.place()});
        // Whether the endpoint wants something now is asked when the lane is claimed.
        woken.add(lane);
      }
    }
    int _ =
        batch(
            handle,
            "INSERT INTO delivery (lane, place) VALUES (?, ?) ON CONFLICT DO NOTHING",
            pointers);
    int _ =
        batch(
            handle,
            "UPDATE lane SET due_at = ? WHERE id = ? AND due_at IS NULL",
            woken.stream().map(lane -> new Object[] {now.toEpochMilli(), lane}).toList());
  }

  /// The lane's id; made on first use, which takes a transaction of [#write].
  long lane(Handle handle, long endpoint, int shard) {
    LaneKey key = new LaneKey(endpoint, shard);
    Long committed = lanes.get(key);
    Long known = committed == null ? made.get(key) : committed;
    if (known != null) {
      return known;
    }
    int _ =
        batch(
            handle,
            "INSERT INTO lane (endpoint, shard, due_at, leased, epoch) VALUES (?, ?, NULL, 0, 0)"
                + " ON CONFLICT DO NOTHING",
            List.of(new Object[][] {{endpoint, shard}}));
    long id =
        query(
                handle,
                "SELECT id FROM lane WHERE endpoint = ? AND shard = ?",
                row -> row.getLong(1),
                endpoint,
                shard)
            .getFirst();
    made.put(key, id);
    return id;
  }

  /// Says whether a due lane is to be served now.
  interface Admission {
    /// Tells what is on the disk about an endpoint, whoever found it out; null when it is well.
    void learn(long endpoint, Health.@Nullable Trouble trouble);

    Next ask(Claim lane);
  }

  /// A lane that is due.
  private record Due(Claim lane, Health.@Nullable Trouble trouble) {}

  /// The lanes that were taken.
  ///
  /// @param more whether there may be more that are due
  record Round(List<Claim> claims, boolean more) {}

  /// Takes lanes that are due for the time of a lease, the longest due first. While one of them is
  /// the probe of an endpoint, other workers leave it alone.
  Round claim(Instant now, int max, Duration lease, Admission admission) {
    Instant leaseEnd = now.plus(lease);
    return database.write(
        handle -> {
          List<Due> due = query(handle, DUE, row -> due(row, leaseEnd), now.toEpochMilli(), max);
          due.forEach(each -> admission.learn(each.lane.endpoint(), each.trouble));
          List<Claim> claims = new ArrayList<>();
          List<Object[]> rows = new ArrayList<>();
          List<Object[]> probes = new ArrayList<>();
          for (Due each : due) {
            Claim lane = each.lane;
            Next next = admission.ask(lane);
            if (next instanceof Next.Ready) {
              claims.add(lane);
              rows.add(new Object[] {leaseEnd.toEpochMilli(), 1, 1, lane.lane()});
              if (each.trouble != null && each.trouble.isOpen()) {
                probes.add(new Object[] {leaseEnd.toEpochMilli(), lane.endpoint()});
              }
            } else {
              rows.add(new Object[] {dueMillis(next, now), 0, 0, lane.lane()});
            }
          }
          int _ = batch(handle, "UPDATE health SET open_until = ? WHERE endpoint = ?", probes);
          int _ =
              batch(
                  handle,
                  "UPDATE lane SET due_at = ?, leased = ?, epoch = epoch + ? WHERE id = ?",
                  rows);
          return new Round(claims, due.size() == max);
        });
  }

  private static Due due(ResultSet row, Instant leaseEnd) throws SQLException {
    Claim lane =
        new Claim(row.getLong(1), row.getLong(2), row.getInt(3), row.getLong(4) + 1, leaseEnd);
    int failures = row.getInt(5);
    return row.wasNull()
        ? new Due(lane, null)
        : new Due(
            lane,
            new Health.Trouble(
                failures,
                Instant.ofEpochMilli(row.getLong(6)),
                Instant.ofEpochMilli(row.getLong(7)),
                row.getInt(8)));
  }

  private static @Nullable Long dueMillis(Next next, Instant now) {
    return switch (next) {
      case Next.Ready _ -> now.toEpochMilli();
      case Next.At(Instant time) -> time.toEpochMilli();
      case Next.Held _ -> null;
    };
  }

  /// The oldest events of a lane that is held.
  List<Pending> load(Claim claim, int max, Instant now) {
    List<Pending> events =
        claim.isAside()
            ? load(
                "SELECT e.place, e.id, e.device, e.type, e.accepted_at, e.body, e.trace, r.tries,"
                    + " r.first_at FROM refusal r JOIN event e ON e.place = r.place WHERE r.lane = ? AND"
                    + " r.due_at <= ? ORDER BY r.place LIMIT ?",
                claim.lane(),
                now.toEpochMilli(),
                max)
            : load(
                "SELECT e.place, e.id, e.device, e.type, e.accepted_at, e.body,"
                    + " e.trace, COALESCE(r.tries, 0), COALESCE(r.first_at, 0) FROM delivery d JOIN event e"
                    + " ON e.place = d.place LEFT JOIN refusal r ON r.lane = d.lane AND r.place ="
                    + " d.place WHERE d.lane = ? ORDER BY d.place LIMIT ?",
                claim.lane(),
                max);
    if (events.isEmpty()) {
      removeOrphans(claim.lane());
    }
    return events;
  }

  private List<Pending> load(String sql, Object... values) {
    return database.read(
        handle ->
            query(
                handle,
                sql,
                row ->
                    new Pending(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        Instant.ofEpochMilli(row.getLong(5)),
                        row.getBytes(6),
                        row.getString(7),
                        row.getInt(8),
                        Instant.ofEpochMilli(row.getLong(9))),
                values));
  }

  /// A pointer without an event would make its lane due for ever.
  private void removeOrphans(long lane) {
    int _ =
        database.write(
            handle ->
                batch(
                    handle,
                    "DELETE FROM delivery WHERE lane = ? AND NOT EXISTS (SELECT 1 FROM event e"
                        + " WHERE e.place = delivery.place)",
                    List.of(new Object[][] {{lane}})));
  }

  /// Makes every lane of an endpoint due that has something in it.
  void wake(long endpoint, Instant now) {
    int _ = database.write(handle -> wake(handle, endpoint, now));
  }

  private static int wake(Handle handle, long endpoint, Instant now) {
    return batch(
        handle,
        "UPDATE lane SET due_at = ? WHERE endpoint = ? AND leased = 0 AND (EXISTS"
            + " (SELECT 1 FROM delivery d WHERE d.lane = lane.id) OR EXISTS (SELECT"
            + " 1 FROM refusal r WHERE r.lane = lane.id))",
        List.of(new Object[][] {{now.toEpochMilli(), endpoint}}));
  }

  /// Forgets that an endpoint failed, and wakes its lanes.
  void forgive(long endpoint, Instant now) {
    int _ =
        database.write(
            handle ->
                batch(
                        handle,
                        "DELETE FROM health WHERE endpoint = ?",
                        List.of(new Object[][] {{endpoint}}))
                    + wake(handle, endpoint, now));
  }

  /// Writes what became of lanes that were held, and lets them go. What a worker did after its
  /// lease ended is written down as an attempt and changes nothing else.
  void finish(List<Report> reports, Map<Long, Health.@Nullable Trouble> troubles, Instant now) {
    int _ =
        write(
            handle -> {
              Finish finish = new Finish(this, handle, now);
              reports.forEach(finish::add);
              finish.write();
              saveTroubles(handle, troubles, now);
              return reports.size();
            });
  }

  /// Whether a change failed because of its values, and would fail again.
  static boolean isUnfit(JdbiException failure) {
    return failure.getCause() instanceof SQLException cause
        && UNFIT.contains(String.valueOf(cause.getSQLState()).substring(0, 2));
  }

  /// What waited for the probe of an endpoint that works again need not wait any longer.
  private static void saveTroubles(
      Handle handle, Map<Long, Health.@Nullable Trouble> troubles, Instant now) {
    List<Object[]> saved = new ArrayList<>();
    List<Object[]> healed = new ArrayList<>();
    List<Object[]> woken = new ArrayList<>();
    troubles.forEach(
        (endpoint, trouble) -> {
          if (trouble == null) {
            healed.add(new Object[] {endpoint});
            woken.add(new Object[] {now.toEpochMilli(), endpoint});
          } else {
            saved.add(
                new Object[] {
                  endpoint,
                  trouble.failures(),
                  trouble.firstFailure().toEpochMilli(),
                  trouble.openUntil().toEpochMilli(),
                  trouble.step()
                });
          }
        });
    int _ =
        batch(
            handle,
            "INSERT INTO health (endpoint, failures, first_failure, open_until, step) VALUES (?, ?,"
                + " ?, ?, ?) ON CONFLICT (endpoint) DO UPDATE SET failures = excluded.failures,"
                + " first_failure = excluded.first_failure, open_until = excluded.open_until, step"
                + " = excluded.step",
            saved);
    int _ =
        batch(
            handle,
            "UPDATE lane SET due_at = ? WHERE endpoint = ? AND leased = 0 AND due_at ="
                + " (SELECT open_until FROM health h WHERE h.endpoint = lane.endpoint)",
            woken);
    int _ = batch(handle, "DELETE FROM health WHERE endpoint = ?", healed);
  }

  /// Keeps the attempt of a test.
  DeliveryLog.Entry keepTest(long endpoint, Pending event, Attempt attempt) {
    long id =
        database.write(
            handle -> {
              Finish.keep(handle, endpoint, new Report.Sent(event, attempt));
              return query(handle, "SELECT MAX(id) FROM attempt", row -> row.getLong(1)).getFirst();
            });
    return new DeliveryLog.Entry(
        id,
        event.eventId(),
        event.device(),
        attempt.at(),
        attempt.verdict().text(),
        attempt.status(),
        attempt.millis(),
        attempt.detail().isEmpty() ? null : attempt.detail(),
        attempt.answer().isEmpty() ? null : attempt.answer());
  }
}
