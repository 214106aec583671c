package weir.series.sql;

import static weir.device.Statements.query;

import java.sql.ResultSet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import weir.series.RetentionClass;

/// The tables of TimescaleDB: chunks of a day that hold every class, compressed when they are old.
/// Written to its documentation, of 2.14 and later.
final class Hypertables {

  private static final List<String> TABLES = List.of("events", "readings");

  private Hypertables() {}

  /// Lets this transaction change as many compressed rows as it must; the usual limit would fail
  /// late batches and retention for ever.
  static void liftLimits(Handle handle) {
    List<String> _ =
        query(
            handle,
            "SELECT set_config(name, '0', true) FROM pg_settings"
                + " WHERE name = 'timescaledb.max_tuples_decompressed_per_dml_transaction'",
            row -> row.getString(1));
  }

  /// Removes the chunks that end before a time when no class is kept longer, which costs nothing;
  /// returns how many events were in them.
  static long dropBefore(Handle handle, RetentionClass kept, Instant boundary) {
    if (!isKeptLongest(handle, kept)) {
      return 0;
    }
    Object end = boundary.atOffset(ZoneOffset.UTC);
    long events = number(handle, "SELECT COUNT(*) FROM events WHERE ts < ?", end);
    for (String table : TABLES) {
      List<String> _ =
          query(
              handle,
              "SELECT public.drop_chunks('%s', older_than => CAST(? AS timestamptz))"
                  .formatted(table),
              row -> row.getString(1),
              end);
    }
    return events - number(handle, "SELECT COUNT(*) FROM events WHERE ts < ?", end);
  }

  private static boolean isKeptLongest(Handle handle, RetentionClass kept) {
    return query(
            handle,
            "SELECT MIN(days) <> ? AND MAX(days) = ? FROM kept_class",
            row -> row.getBoolean(1),
            RetentionClass.FOR_EVER,
            kept.days())
        .getFirst();
  }

  /// Bytes on disk, with those of the chunks, which are in a schema of TimescaleDB.
  static long bytes(Handle handle) {
    return number(
        handle,
        "SELECT COALESCE(SUM(CASE WHEN c.relname IN ('events', 'readings')"
            + " THEN public.hypertable_size(c.oid::regclass)"
            + " ELSE pg_total_relation_size(c.oid) END), 0) FROM pg_class c"
            + " JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'm')");
  }

  private static long number(Handle handle, String sql, Object... values) {
    return query(handle, sql, (ResultSet row) -> row.getLong(1), values).getFirst();
  }
}
