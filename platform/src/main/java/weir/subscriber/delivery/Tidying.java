package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import weir.device.Database;
import weir.subscriber.Endpoints;

/// Removes what belongs to endpoints that are gone and what is kept long enough, a little at a
/// time, so that nobody waits for it.
final class Tidying {

  private static final int CHUNK = 1_000;

  private final Database database;
  private final Endpoints endpoints;
  private final Instant oldest;
  private final int attemptsMax;

  Tidying(
      Database database,
      Endpoints endpoints,
      Duration keptFor,
      int attemptsMax,
      InstantSource clock) {
    this.database = database;
    this.endpoints = endpoints;
    this.oldest = clock.instant().minus(keptFor);
    this.attemptsMax = attemptsMax;
  }

  int run() {
    forgetEndpoints();
    int expired = expire();
    removeAttempts();
    return expired;
  }

  private void forgetEndpoints() {
    List<Long> known =
        database.read(
            handle -> query(handle, "SELECT DISTINCT endpoint FROM lane", row -> row.getLong(1)));
    // Another process may have made an endpoint that is not in memory here yet.
    endpoints.reload();
    for (long endpoint : known) {
      if (endpoints.byNumber(endpoint).isEmpty()) {
        forget(endpoint);
      }
    }
  }

  private void forget(long endpoint) {
    String lanes = "(SELECT id FROM lane WHERE endpoint = " + endpoint + ")";
    repeat(
        handle ->
            query(
                handle,
                "SELECT lane, place FROM delivery WHERE lane IN "
                    + lanes
                    + " UNION ALL SELECT lane, place FROM refusal WHERE lane IN "
                    + lanes
                    + " UNION ALL SELECT lane, place FROM parked WHERE lane IN "
                    + lanes
                    + " LIMIT "
                    + CHUNK,
                row -> new Object[] {row.getLong(1), row.getLong(2)}));
    List<Object[]> row = List.of(new Object[][] {{endpoint}});
    int _ =
        database.write(
            handle ->
                batch(handle, "DELETE FROM health WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM notice WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM attempt WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM lane WHERE endpoint = ?", row));
  }

  /// What waited for too long, and what was parked for too long.
  private int expire() {
    String old =
        " JOIN event e ON e.place = o.place WHERE e.accepted_at < " + oldest.toEpochMilli();
    return repeat(
        handle ->
            query(
                handle,
                "SELECT o.lane, o.place FROM delivery o"
                    + old
                    + " UNION ALL SELECT o.lane, o.place FROM refusal o"
                    + old
                    + " UNION ALL SELECT o.lane, o.place FROM parked o"
                    + old
                    + " LIMIT "
                    + CHUNK,
                row -> new Object[] {row.getLong(1), row.getLong(2)}));
  }

  /// Finds some pointers and removes them, until there are none.
  private int repeat(Function<Handle, List<Object[]>> search) {
    int removed = 0;
    int now;
    do {
      now =
          database.write(
              handle -> {
                List<Object[]> rows = search.apply(handle);
                Finish.discard(handle, rows);
                return rows.size();
              });
      removed += now;
    } while (now > 0);
    return removed;
  }

  private void removeAttempts() {
    long newest =
        database
            .read(
                handle ->
                    query(
                        handle, "SELECT COALESCE(MAX(id), 0) FROM attempt", row -> row.getLong(1)))
            .getFirst();
    int now;
    do {
      now =
          database.write(
              handle ->
                  batch(
                      handle,
                      "DELETE FROM attempt WHERE id IN (SELECT id FROM attempt WHERE id <= ? OR at"
                          + " < ? ORDER BY id LIMIT ?)",
                      List.of(
                          new Object[][] {
                            {newest - attemptsMax, oldest.toEpochMilli(), CHUNK * 10}
                          })));
    } while (now > 0);
  }
}
