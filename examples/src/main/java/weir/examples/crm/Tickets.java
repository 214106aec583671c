package weir.examples.crm;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import weir.examples.Sql;

/// The tickets, in one SQLite file: one a device and error until it is solved. Safe for use by
/// many threads.
final class Tickets implements AutoCloseable {

  private static final int PAGE = 200;

  /// Longer than any event can be sent again by itself.
  private static final long SEEN_MILLIS = Duration.ofDays(31).toMillis();

  private final Sql sql;
  private final InstantSource clock;

  Tickets(Path file, InstantSource clock) {
    this.clock = clock;
    this.sql =
        new Sql(
            file,
            """
            CREATE TABLE IF NOT EXISTS ticket (
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              device TEXT NOT NULL, type TEXT NOT NULL, error TEXT NOT NULL, state TEXT NOT NULL,
              repeats INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
              owner TEXT NOT NULL, contact TEXT NOT NULL, notified_at INTEGER NOT NULL)
            """,
            "CREATE UNIQUE INDEX IF NOT EXISTS one_open ON ticket (device, error)"
                + " WHERE state = 'pending'",
            "CREATE TABLE IF NOT EXISTS seen (event TEXT PRIMARY KEY, at INTEGER NOT NULL)",
            "CREATE INDEX IF NOT EXISTS seen_by_age ON seen (at)",
            """
            CREATE TABLE IF NOT EXISTS mail (
              id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL, at INTEGER NOT NULL,
              recipient TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
              sent INTEGER NOT NULL)
            """);
  }

  /// What an error event did.
  enum Logged {
    OPENED,
    REPEATED,
    KNOWN
  }

  /// Opens a ticket, or counts a repeat; an event that was seen before does nothing. Two devices
  /// may use the same id.
  Logged log(String event, String device, String type, String error) {
    long now = clock.millis();
    return sql.together(
        () -> {
          if (!event.isEmpty()
              && sql.change("INSERT OR IGNORE INTO seen VALUES (?, ?)", device + " " + event, now)
                  == 0) {
            return Logged.KNOWN;
          }
          int _ = sql.change("DELETE FROM seen WHERE at < ?", now - SEEN_MILLIS);
          int repeated =
              sql.change(
                  "UPDATE ticket SET repeats = repeats + 1, last_at = ? WHERE device = ? AND error"
                      + " = ? AND state = 'pending'",
                  now,
                  device,
                  error);
          if (repeated > 0) {
            return Logged.REPEATED;
          }
          int _ =
              sql.change(
                  "INSERT INTO ticket (device, type, error, state, repeats, first_at, last_at,"
                      + " owner, contact, notified_at) VALUES (?, ?, ?, 'pending', 1, ?, ?, '',"
                      + " '', 0)",
                  device,
                  type,
                  error,
                  now,
                  now);
          return Logged.OPENED;
        });
  }

  /// The latest tickets first.
  ///
  /// @param state `pending` or `solved`; anything else is all
  List<Ticket> list(String state) {
    return sql.ask(
        "SELECT * FROM ticket WHERE state = ? OR ? NOT IN ('pending', 'solved')"
            + " ORDER BY last_at DESC, id DESC LIMIT "
            + PAGE,
        Ticket::read,
        state,
        state);
  }

  Optional<Ticket> find(long id) {
    return sql.ask("SELECT * FROM ticket WHERE id = ?", Ticket::read, id).stream().findAny();
  }

  long count(String state) {
    return sql.ask("SELECT COUNT(*) FROM ticket WHERE state = ?", row -> row.getLong(1), state)
        .getFirst();
  }

  /// Marks it as solved; the next failure opens another one.
  boolean solve(long id) {
    return sql.change("UPDATE ticket SET state = 'solved' WHERE id = ? AND state = 'pending'", id)
        > 0;
  }

  /// Has its owner looked up and written to again.
  boolean notifyAgain(long id) {
    return sql.change("UPDATE ticket SET notified_at = 0, contact = '' WHERE id = ?", id) > 0;
  }

  /// Tickets whose owner is still to be written to, the oldest first.
  List<Ticket> toNotify() {
    return sql.ask(
        "SELECT * FROM ticket WHERE notified_at = 0 ORDER BY id LIMIT " + PAGE, Ticket::read);
  }

  void setOwner(long id, String owner, String contact) {
    int _ = sql.change("UPDATE ticket SET owner = ?, contact = ? WHERE id = ?", owner, contact, id);
  }

  /// Notes that the owner was written to, and what.
  ///
  /// @param sent 1 when a mail server took it, 0 when there is none
  void notified(Ticket ticket, Mail mail, int sent) {
    long now = clock.millis();
    Object _ =
        sql.together(
            () ->
                sql.change(
                        "INSERT INTO mail (ticket, at, recipient, subject, body, sent) VALUES (?,"
                            + " ?, ?, ?, ?, ?)",
                        ticket.id(),
                        now,
                        mail.recipient(),
                        mail.subject(),
                        mail.body(),
                        sent)
                    + sql.change(
                        "UPDATE ticket SET notified_at = ? WHERE id = ?", now, ticket.id()));
  }

  /// The owner cannot be written to, because nobody knows an address that the mail server takes.
  void unreachable(Ticket ticket) {
    int _ =
        sql.change("UPDATE ticket SET notified_at = ? WHERE id = ?", clock.millis(), ticket.id());
  }

  /// The latest mails first.
  List<Mail> mails() {
    return sql.ask(
        "SELECT recipient, subject, body FROM mail ORDER BY id DESC LIMIT " + PAGE,
        row -> new Mail(row.getString(1), row.getString(2), row.getString(3)));
  }

  @Override
  public void close() {
    sql.close();
  }
}
