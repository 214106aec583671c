package weir.series.sql;

import static weir.device.Statements.query;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.series.Micros;
import weir.series.RetentionClass;

/// PostgreSQL: a batch is one statement for each table, whose columns are arrays; bytes, numbers
/// and times go over in their binary form.
final class PostgresDialect implements Dialect {

  private static final String TIME = "timestamptz 'epoch' + %s * interval '1 microsecond'";
  private static final long OLDEST = Micros.of(Instant.parse("0001-01-01T00:00:00Z"));
  private static final long NEWEST = Micros.of(Instant.parse("9999-12-31T00:00:00Z"));

  private static final String INSERT_EVENTS =
      "INSERT INTO events (ts, id, keep_days, name, device, type, family, kind, received, stored,"
          + " json) SELECT "
          + TIME.formatted("t")
          + ", i, d, n, de, ty, f, k, "
          + TIME.formatted("r")
          + ", "
          + TIME.formatted("s")
          + ", convert_from(j, 'UTF8') FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
          + " AS e (t, i, d, n, de, ty, f, k, r, s, j)"
          + " ON CONFLICT (ts, id, device, keep_days) DO UPDATE SET stored = excluded.stored,"
          + " type = excluded.type, family = excluded.family, kind = excluded.kind,"
          + " json = excluded.json";

  /// A reading that comes again leaves its row alone.
  private static final String INSERT_READINGS =
      "INSERT INTO readings AS old (series, ts, keep_days, value, text) SELECT s, "
          + TIME.formatted("t")
          + ", d, v, x FROM unnest(?, ?, ?, ?, ?) AS r (s, t, d, v, x)"
          + " ON CONFLICT (series, ts, keep_days) DO UPDATE SET value = excluded.value,"
          + " text = excluded.text WHERE (old.value, old.text) IS DISTINCT FROM"
          + " (excluded.value, excluded.text)";

  /// Empty where the tables are hypertables of TimescaleDB.
  private final Optional<Partitions> partitions;

  PostgresDialect(Database database) {
    boolean partitioned =
        database
            .read(
                handle ->
                    query(
                        handle,
                        "SELECT relkind = 'p' FROM pg_class WHERE oid = 'readings'::regclass",
                        row -> row.getBoolean(1)))
            .getFirst();
    partitions = partitioned ? Optional.of(new Partitions(database)) : Optional.empty();
  }

  @Override
  public Object time(long micros) {
    long known = Math.clamp(micros, OLDEST, NEWEST);
    return Micros.instant(known).atOffset(ZoneOffset.UTC);
  }

  @Override
  public long micros(ResultSet row, int column) throws SQLException {
    return Micros.of(row.getObject(column, OffsetDateTime.class).toInstant());
  }

  @Override
  public Object id(UUID id) {
    return id;
  }

  @Override
  public UUID id(ResultSet row, int column) throws SQLException {
    return row.getObject(column, UUID.class);
  }

  @Override
  public String step(long seconds) {
    return "date_bin('" + seconds + " seconds', ts, timestamptz 'epoch')";
  }

  @Override
  public void begin(Handle handle) {
    if (partitions.isEmpty()) {
      Hypertables.liftLimits(handle);
    }
  }

  @Override
  public void prepare(Collection<EventRow> events, Collection<ReadingRow.Key> readings) {
    partitions.ifPresent(each -> each.require(events, readings));
  }

  @Override
  public void failed() {
    partitions.ifPresent(Partitions::forget);
  }

  @Override
  public void insertEvents(Handle handle, List<EventRow> rows) {
    insert(
        handle,
        INSERT_EVENTS,
        connection ->
            List.of(
                longs(connection, rows, EventRow::micros),
                texts(connection, "uuid", rows, row -> row.id().toString()),
                days(connection, rows, EventRow::days),
                texts(connection, "text", rows, SqlStore::nameOrNull),
                texts(connection, "text", rows, row -> row.event().device().value()),
                texts(connection, "text", rows, row -> row.event().type()),
                texts(connection, "text", rows, row -> row.event().family()),
                texts(connection, "text", rows, row -> row.event().kind()),
                longs(connection, rows, row -> Micros.of(row.event().receivedAt())),
                longs(connection, rows, EventRow::storedMicros),
                connection.createArrayOf(
                    "bytea", rows.stream().map(row -> row.event().json()).toArray(byte[][]::new))));
  }

  @Override
  public void insertReadings(Handle handle, List<ReadingRow> rows) {
    insert(
        handle,
        INSERT_READINGS,
        connection ->
            List.of(
                longs(connection, rows, row -> row.key().series()),
                longs(connection, rows, row -> row.key().micros()),
                days(connection, rows, row -> row.key().days()),
                connection.createArrayOf(
                    "float8", rows.stream().map(ReadingRow::value).toArray(Double[]::new)),
                texts(connection, "text", rows, PostgresDialect::storable)));
  }

  /// PostgreSQL keeps no text with a zero character in it.
  private static @Nullable String storable(ReadingRow row) {
    String text = row.text();
    return text == null ? null : text.replace('\0', '\uFFFD');
  }

  /// The columns of a batch.
  @FunctionalInterface
  private interface Columns {
    List<Array> of(Connection connection) throws SQLException;
  }

  private static void insert(Handle handle, String sql, Columns columns) {
    Connection connection = handle.getConnection();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int parameter = 1;
      for (Array column : columns.of(connection)) {
        statement.setArray(parameter++, column);
      }
      int _ = statement.executeUpdate();
    } catch (SQLException e) {
      throw new UnableToExecuteStatementException(e, null);
    }
  }

  private static <R> Array longs(Connection connection, List<R> rows, ToLongFunction<R> column)
      throws SQLException {
    return connection.createArrayOf(
        "int8", rows.stream().mapToLong(column).boxed().toArray(Long[]::new));
  }

  private static <R> Array days(Connection connection, List<R> rows, Function<R, Integer> column)
      throws SQLException {
    return connection.createArrayOf("int4", rows.stream().map(column).toArray(Integer[]::new));
  }

  private static <R> Array texts(
      Connection connection, String type, List<R> rows, Function<R, @Nullable String> column)
      throws SQLException {
    return connection.createArrayOf(type, rows.stream().map(column).toArray(String[]::new));
  }

  @Override
  public long dropBefore(Handle handle, RetentionClass kept, Instant boundary) {
    return partitions
        .map(each -> each.dropBefore(handle, kept, boundary))
        .orElseGet(() -> Hypertables.dropBefore(handle, kept, boundary));
  }

  @Override
  public long bytes(Handle handle) {
    if (partitions.isEmpty()) {
      return Hypertables.bytes(handle);
    }
    String sql =
        "SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            + " JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'm')";
    return query(handle, sql, row -> row.getLong(1)).getFirst();
  }
}
