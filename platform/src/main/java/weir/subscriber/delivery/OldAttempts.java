package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Instant;
import java.util.List;
import weir.device.Database;

/// Removes attempts, a little at a time: those that are too old, of the successes all but the
/// latest, and of what failed all but as many again. So the many successes of a busy endpoint never
/// take the place of what went wrong at another. Owned by one thread.
final class OldAttempts {

  private static final int AT_ONCE = 10_000;

  private final Database database;

  /// Up to this id there are no successes left.
  private long swept;

  OldAttempts(Database database) {
    this.database = database;
  }

  void remove(Instant oldest, int max) {
    removeOlderThan(oldest);
    removeSuccesses(max);
    removeFailures(max);
  }

  /// Removes those of an endpoint.
  void forget(long endpoint) {
    int removed;
    do {
      removed =
          write(
              "DELETE FROM attempt WHERE id IN (SELECT id FROM attempt WHERE endpoint = ? LIMIT ?)",
              endpoint,
              AT_ONCE);
    } while (removed == AT_ONCE);
  }

  /// Looks at the oldest only, which are the first by their ids.
  private void removeOlderThan(Instant oldest) {
    int removed;
    do {
      removed =
          write(
              "DELETE FROM attempt WHERE id IN (SELECT id FROM (SELECT id, at FROM attempt"
                  + " ORDER BY id LIMIT ?) o WHERE o.at < ?)",
              AT_ONCE,
              oldest.toEpochMilli());
    } while (removed == AT_ONCE);
  }

  private void removeSuccesses(int max) {
    long end = number("SELECT COALESCE(MAX(id), 0) FROM attempt") - max;
    while (swept < end) {
      long first = number("SELECT COALESCE(MIN(id), 0) FROM attempt WHERE id > ?", swept);
      long last = Math.min(end, Math.max(swept, first) + AT_ONCE);
      int _ =
          write(
              "DELETE FROM attempt WHERE id > ? AND id <= ? AND outcome = 'delivered'",
              swept,
              last);
      swept = last;
    }
  }

  private void removeFailures(int max) {
    long extra = number("SELECT COUNT(*) FROM attempt WHERE id <= ?", swept) - max;
    while (extra > 0) {
      extra -=
          write(
              "DELETE FROM attempt WHERE id IN (SELECT id FROM attempt ORDER BY id LIMIT ?)",
              Math.min(extra, AT_ONCE));
    }
  }

  private long number(String sql, Object... values) {
    return database.read(handle -> query(handle, sql, row -> row.getLong(1), values)).getFirst();
  }

  private int write(String sql, Object... values) {
    return database.write(handle -> batch(handle, sql, List.<Object[]>of(values)));
  }
}
