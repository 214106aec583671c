package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import weir.device.Database;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.SubscriberSettings;

/// Removes what belongs to endpoints that are deleted and what is kept long enough, and parks what
/// waits for those that are gone; a little at a time, so that nobody waits for it.
final class Tidying {

  private static final int ATTEMPTS_AT_ONCE = 10_000;

  private final Database database;
  private final Pointers pointers;
  private final Endpoints endpoints;
  private final Instant now;
  private final Instant oldest;
  private final int attemptsMax;

  Tidying(
      Database database,
      Endpoints endpoints,
      SubscriberSettings.Lanes limits,
      InstantSource clock) {
    this.database = database;
    this.pointers = new Pointers(database);
    this.endpoints = endpoints;
    this.now = clock.instant();
    this.oldest = now.minus(limits.keptFor());
    this.attemptsMax = limits.attemptsMax();
  }

  int run() {
    List<Long> known = knownEndpoints();
    // Another process may have made an endpoint that is not in memory here yet.
    endpoints.reload();
    for (long number : known) {
      Optional<Endpoint> endpoint = endpoints.byNumber(number);
      if (endpoint.isEmpty()) {
        forget(number);
      } else if (endpoint.get().state() == Endpoint.State.GONE) {
        int _ = pointers.park(number, "gone", now);
      }
    }
    int expired = pointers.expire(oldest);
    removeAttempts();
    return expired;
  }

  private List<Long> knownEndpoints() {
    return database.read(
        handle -> query(handle, "SELECT DISTINCT endpoint FROM lane", row -> row.getLong(1)));
  }

  private void forget(long endpoint) {
    int _ = pointers.forget(endpoint);
    List<Object[]> row = List.of(new Object[][] {{endpoint}});
    int _ =
        database.write(
            handle ->
                batch(handle, "DELETE FROM health WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM notice WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM attempt WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM lane WHERE endpoint = ?", row));
  }

  /// Looks at the oldest only, which are the first by their ids.
  private void removeAttempts() {
    int removed;
    do {
      removed =
          database.write(
              handle ->
                  batch(
                      handle,
                      "DELETE FROM attempt WHERE id IN (SELECT id FROM (SELECT id, at FROM attempt"
                          + " ORDER BY id LIMIT ?) o WHERE o.at < ? OR o.id <= (SELECT MAX(id)"
                          + " FROM attempt) - ?)",
                      List.of(
                          new Object[][] {
                            {ATTEMPTS_AT_ONCE, oldest.toEpochMilli(), attemptsMax}
                          })));
    } while (removed == ATTEMPTS_AT_ONCE);
  }
}
