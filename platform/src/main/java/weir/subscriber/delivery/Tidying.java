package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import weir.device.Database;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.SubscriberSettings;

/// Removes what belongs to endpoints that are deleted and what is kept long enough, parks what
/// waits for those that are gone, and notes what ended when nobody could; a little at a time, so
/// that nobody waits for it.
final class Tidying {

  private final Database database;
  private final Pointers pointers;
  private final DeliveryLog log;
  private final OldAttempts attempts;
  private final Endpoints endpoints;
  private final Instant now;
  private final Instant oldest;
  private final int attemptsMax;

  Tidying(
      Database database,
      OldAttempts attempts,
      Endpoints endpoints,
      SubscriberSettings.Lanes limits,
      InstantSource clock) {
    this.database = database;
    this.pointers = new Pointers(database);
    this.log = new DeliveryLog(database, endpoints, clock);
    this.attempts = attempts;
    this.endpoints = endpoints;
    this.now = clock.instant();
    this.oldest = now.minus(limits.keptFor());
    this.attemptsMax = limits.attemptsMax();
  }

  int run() {
    List<Long> known = knownEndpoints();
    // Another process may have made an endpoint that is not in memory here yet.
    endpoints.reload();
    List<Endpoint> ended = new ArrayList<>();
    for (long number : known) {
      Optional<Endpoint> endpoint = endpoints.byNumber(number);
      if (endpoint.isEmpty()) {
        forget(number);
        continue;
      }
      switch (endpoint.get().state()) {
        case ACTIVE, PAUSED -> {}
        case DISABLED -> ended.add(endpoint.get());
        case GONE -> {
          ended.add(endpoint.get());
          int _ = pointers.park(number, "gone", now);
        }
      }
    }
    log.noticeEnds(ended);
    int expired = pointers.expire(oldest);
    attempts.remove(oldest, attemptsMax);
    return expired;
  }

  private List<Long> knownEndpoints() {
    return database.read(
        handle -> query(handle, "SELECT DISTINCT endpoint FROM lane", row -> row.getLong(1)));
  }

  /// Its lanes go last: as long as they are there it is looked at again.
  private void forget(long endpoint) {
    int _ = pointers.forget(endpoint);
    attempts.forget(endpoint);
    List<Object[]> row = List.of(new Object[][] {{endpoint}});
    int _ =
        database.write(
            handle ->
                batch(handle, "DELETE FROM health WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM notice WHERE endpoint = ?", row)
                    + batch(handle, "DELETE FROM lane WHERE endpoint = ?", row));
  }
}
