package weir.examples.service;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import weir.examples.Sql;

/// What the service must not forget: who it is, and which events it has dealt with. Safe for use
/// by many threads.
final class Memory implements AutoCloseable {

  /// Longer than any event can be sent again by itself.
  private static final Duration KEPT = Duration.ofDays(8);

  private final Sql sql;
  private final InstantSource clock;

  /// What registration answered.
  record Identity(String id, String key, String secret) {
    @Override
    public String toString() {
      return "Identity[" + id + "]";
    }
  }

  Memory(Path file, InstantSource clock) {
    this.clock = clock;
    this.sql =
        new Sql(
            file,
            "CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL, key TEXT NOT NULL, secret TEXT"
                + " NOT NULL)",
            "CREATE TABLE IF NOT EXISTS seen (event TEXT PRIMARY KEY, at INTEGER NOT NULL)");
  }

  Optional<Identity> identity() {
    return sql
        .ask(
            "SELECT id, key, secret FROM identity",
            row -> new Identity(row.getString(1), row.getString(2), row.getString(3)))
        .stream()
        .findAny();
  }

  void keep(Identity identity) {
    Object _ =
        sql.together(
            () ->
                sql.change("DELETE FROM identity")
                    + sql.change(
                        "INSERT INTO identity VALUES (?, ?, ?)",
                        identity.id,
                        identity.key,
                        identity.secret));
  }

  /// Forgets who it is, because the platform does not know it any more.
  void forget() {
    int _ = sql.change("DELETE FROM identity");
  }

  boolean hasSeen(String event) {
    return !sql.ask("SELECT 1 FROM seen WHERE event = ?", row -> row.getInt(1), event).isEmpty();
  }

  void see(String event) {
    int _ = sql.change("INSERT OR IGNORE INTO seen VALUES (?, ?)", event, clock.millis());
  }

  void forgetOld() {
    int _ = sql.change("DELETE FROM seen WHERE at < ?", clock.millis() - KEPT.toMillis());
  }

  @Override
  public void close() {
    sql.close();
  }
}
