package weir.device;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// One SQLite file in WAL mode, which belongs to this process.
record SqliteEngine(Path file) implements SqlEngine {

  private static final int BUSY_MILLIS = 10_000;

  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public int writersMax() {
    return 1;
  }

  @Override
  public DataSource source(String schema) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source;
  }

  @Override
  public DataSource promptSource(String schema) {
    return source(schema);
  }

  @Override
  public void allowHours(Handle handle) {}

  @Override
  public Map<String, String> placeholders() {
    return Map.of(
        "identity",
        "INTEGER PRIMARY KEY AUTOINCREMENT",
        "row_key",
        "INTEGER PRIMARY KEY",
        "bytes",
        "BLOB",
        "clustered",
        "WITHOUT ROWID",
        "public",
        "",
        "created_at",
        "strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch')");
  }

  /// The one writing connection is lock enough.
  @Override
  public void lockWrites(Handle handle, String schema) {}

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public Optional<Right> claim(String name) {
    return Optional.of(
        new Right() {
          @Override
          public boolean isHeld() {
            return true;
          }

          @Override
          public void close() {}
        });
  }
}
