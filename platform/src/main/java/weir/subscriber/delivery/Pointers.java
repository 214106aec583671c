package weir.subscriber.delivery;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import weir.device.Database;

/// Pointers from lanes to events, many at a time: finds a thousand, holding nobody up, does what is
/// to be done with them in one transaction, and goes on until there are none. Safe for use by many
/// threads.
final class Pointers {

  /// The lanes of an endpoint.
  static final String LANES = "(SELECT id FROM lane WHERE endpoint = ?)";

  /// Removes the event at a place when nothing points to it any more.
  static final String DELETE_UNUSED =
      "DELETE FROM event WHERE place = ?"
          + " AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.place = event.place)"
          + " AND NOT EXISTS (SELECT 1 FROM refusal r WHERE r.place = event.place)"
          + " AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.place = event.place)";

  private static final int CHUNK = 1_000;
  private static final List<String> TABLES = List.of("delivery", "refusal", "parked");

  /// Whether lane `l` points to event `e`.
  static final String POINTS =
      TABLES.stream()
          .map(
              table ->
                  "EXISTS (SELECT 1 FROM "
                      + table
                      + " p WHERE p.lane = l.id AND p.place = e.place)")
          .collect(Collectors.joining(" OR ", "(", ")"));

  /// What points to events that were accepted before a time, which is asked for once a table.
  static final String OLD =
      TABLES.stream()
          .map(
              table ->
                  "SELECT lane, place FROM "
                      + table
                      + " WHERE place IN (SELECT place FROM event WHERE accepted_at < ?)")
          .collect(Collectors.joining(" UNION ALL "));

  private final Database database;

  Pointers(Database database) {
    this.database = database;
  }

  /// Gives up what an endpoint waits for. Returns how many pointers that were.
  int skip(long endpoint) {
    return repeat(of(endpoint, "delivery", "refusal"), Pointers::discard);
  }

  /// Takes what an endpoint waits for out of its lanes until somebody says so.
  int park(long endpoint, String reason, Instant now) {
    return repeat(
        of(endpoint, "delivery", "refusal"),
        (handle, rows) -> {
          int _ =
              batch(
                  handle,
                  "INSERT INTO parked (lane, place, reason, parked_at) VALUES (?, ?, ?, ?)"
                      + " ON CONFLICT DO NOTHING",
                  rows.stream()
                      .map(row -> new Object[] {row[0], row[1], reason, now.toEpochMilli()})
                      .toList());
          delete(handle, List.of("delivery", "refusal"), rows);
        });
  }

  /// Removes every trace of what an endpoint waits for.
  int forget(long endpoint) {
    return repeat(of(endpoint, "delivery", "refusal", "parked"), Pointers::discard);
  }

  /// Gives up what was accepted before a time.
  int expire(Instant oldest) {
    return repeat(search(OLD, TABLES.size(), oldest.toEpochMilli()), Pointers::discard);
  }

  private static Function<Handle, List<Object[]>> of(long endpoint, String... tables) {
    String sql =
        Stream.of(tables)
            .map(table -> "SELECT lane, place FROM " + table + " WHERE lane IN " + LANES)
            .collect(Collectors.joining(" UNION ALL "));
    return search(sql, tables.length, endpoint);
  }

  private static Function<Handle, List<Object[]>> search(String sql, int times, long value) {
    return handle ->
        query(
            handle,
            sql + " LIMIT " + CHUNK,
            row -> new Object[] {row.getLong(1), row.getLong(2)},
            Collections.nCopies(times, value).toArray());
  }

  private int repeat(
      Function<Handle, List<Object[]>> search, BiConsumer<Handle, List<Object[]>> act) {
    int done = 0;
    List<Object[]> rows = database.read(search);
    while (!rows.isEmpty()) {
      List<Object[]> found = rows;
      done +=
          database.write(
              handle -> {
                act.accept(handle, found);
                return found.size();
              });
      rows = database.read(search);
    }
    return done;
  }

  /// Removes pointers wherever they are, and the events that nobody needs then.
  private static void discard(Handle handle, List<Object[]> pointers) {
    delete(handle, TABLES, pointers);
    int _ =
        batch(
            handle,
            DELETE_UNUSED,
            pointers.stream().map(pointer -> new Object[] {pointer[1]}).toList());
  }

  private static void delete(Handle handle, List<String> tables, List<Object[]> pointers) {
    for (String table : tables) {
      int _ = batch(handle, "DELETE FROM " + table + " WHERE lane = ? AND place = ?", pointers);
    }
  }
}
