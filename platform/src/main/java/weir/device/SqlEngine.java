package weir.device;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;

/// The engine below a [Database], and all that differs between the two: SQLite in this process, or
/// a PostgreSQL server that several processes share. The statements themselves are the same.
public sealed interface SqlEngine permits SqliteEngine, PostgresEngine {

  /// A file of its own in this process, made when it is missing.
  static SqlEngine sqlite(Path file) {
    return new SqliteEngine(file);
  }

  /// A server.
  static SqlEngine postgres(DatabaseSettings settings) {
    return new PostgresEngine(settings);
  }

  /// `sqlite` or `postgres`.
  String name();

  /// Connections that may write at the same time.
  int writersMax();

  /// Opens connections whose tables are those of a schema, which wait for an answer without end.
  DataSource source(String schema);

  /// Opens the same connections for daily use: what a server does not answer for long fails.
  DataSource promptSource(String schema);

  /// Lets the server take hours over what is asked next, until the handle is closed.
  void allowHours(Handle handle);

  /// What the migrations say differently.
  Map<String, String> placeholders();

  /// Makes every other writer of the schema wait until the end of this transaction, so that what
  /// was asked before a write is still true when it is written.
  void lockWrites(Handle handle, String schema);

  /// Whether other processes may change what is in it.
  boolean isShared();

  /// Takes the sole right to something among the processes that share the engine; empty when
  /// another process has it.
  Optional<Right> claim(String name);

  /// A right that nobody else has. It ends with its connection, hence with the process.
  interface Right extends AutoCloseable {

    boolean isHeld();

    @Override
    void close();
  }
}
