package weir.series.sql;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import weir.event.Event;
import weir.series.Micros;
import weir.series.RetentionClass;

/// SQLite: times are microseconds, ids sixteen bytes.
final class SqliteDialect implements Dialect {

  private static final long MICROS = 1_000_000L;

  @Override
  public Object time(long micros) {
    return micros;
  }

  @Override
  public long micros(ResultSet row, int column) throws SQLException {
    return row.getLong(column);
  }

  @Override
  public Object id(UUID id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  @Override
  public UUID id(ResultSet row, int column) throws SQLException {
    ByteBuffer bytes = ByteBuffer.wrap(row.getBytes(column));
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  @Override
  public String step(long seconds) {
    return "ts / " + seconds * MICROS + " * " + seconds * MICROS;
  }

  @Override
  public void begin(Handle handle) {}

  @Override
  public void prepare(Collection<EventRow> events, Collection<ReadingRow.Key> readings) {}

  @Override
  public void failed() {}

  @Override
  public void insertEvents(Handle handle, List<EventRow> rows) {
    int _ =
        batch(
            handle,
            "INSERT INTO events (ts, id, keep_days, name, device, type, family, kind, received,"
                + " stored, json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (ts, id, device, keep_days) DO UPDATE SET stored = excluded.stored,"
                + " type = excluded.type, family = excluded.family, kind = excluded.kind,"
                + " json = excluded.json",
            rows.stream().map(this::values).toList());
  }

  private Object[] values(EventRow row) {
    Event event = row.event();
    return new Object[] {
      row.micros(),
      id(row.id()),
      row.days(),
      SqlStore.nameOrNull(row),
      event.device().value(),
      event.type(),
      event.family(),
      event.kind(),
      Micros.of(event.receivedAt()),
      row.storedMicros(),
      new String(event.json(), StandardCharsets.UTF_8)
    };
  }

  @Override
  public void insertReadings(Handle handle, List<ReadingRow> rows) {
    int _ =
        batch(
            handle,
            "INSERT INTO readings (series, ts, keep_days, value, text) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT (series, ts, keep_days) DO UPDATE SET value = excluded.value,"
                + " text = excluded.text",
            rows.stream()
                .map(
                    row ->
                        new Object[] {
                          row.key().series(),
                          row.key().micros(),
                          row.key().days(),
                          row.value(),
                          row.text()
                        })
                .toList());
  }

  @Override
  public long dropBefore(Handle handle, RetentionClass kept, Instant boundary) {
    return 0;
  }

  @Override
  public long bytes(Handle handle) {
    String sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    return query(handle, sql, row -> row.getLong(1)).getFirst();
  }
}
