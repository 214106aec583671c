package weir.series.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import weir.series.RetentionClass;

/// What the two databases do differently with time series.
interface Dialect {

  /// A time as a value of a statement.
  Object time(long micros);

  /// A time of a row, in microseconds.
  long micros(ResultSet row, int column) throws SQLException;

  /// An id as a value of a statement.
  Object id(UUID id);

  UUID id(ResultSet row, int column) throws SQLException;

  /// The start of the step that `ts` is in.
  String step(long seconds);

  /// Comes first in a transaction that changes rows of any age.
  void begin(Handle handle);

  /// Makes room for rows of these times, outside any transaction that writes them.
  void prepare(Collection<EventRow> events, Collection<ReadingRow.Key> readings);

  /// A write failed, maybe because the room was taken away again.
  void failed();

  void insertEvents(Handle handle, List<EventRow> rows);

  void insertReadings(Handle handle, List<ReadingRow> rows);

  /// Removes what can be removed at once of a class before a time; returns how many events.
  long dropBefore(Handle handle, RetentionClass kept, Instant boundary);

  /// Bytes on disk.
  long bytes(Handle handle);
}
