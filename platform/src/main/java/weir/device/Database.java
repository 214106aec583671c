package weir.device;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// A SQL database, such as the registry's: one SQLite file in WAL mode, with one connection
/// that writes and a few that read. Safe for use by many threads.
///
/// A write returns when it is on the disk. Writers wait for each other, readers wait for nobody.
public final class Database implements AutoCloseable {

  private static final int BUSY_MILLIS = 10_000;

  private final HikariDataSource writing;
  private final HikariDataSource reading;
  private final Jdbi writer;
  private final Jdbi reader;
  private final ReentrantLock writes = new ReentrantLock(true);

  /// Opens the registry's file.
  public Database(Path file, int readersMax) {
    this(file, readersMax, "registry", "db/migration");
  }

  /// Opens the file, which is created when it is missing, and brings its tables up to date.
  ///
  /// @param name what it is called in thread names and figures
  /// @param migrations the folder of resources that hold its tables
  public Database(Path file, int readersMax, String name, String migrations) {
    DataSource source = sqlite(file);
    Flyway.configure()
        .dataSource(source)
        .locations("classpath:" + migrations)
        .placeholders(
            Map.of("identity", "INTEGER PRIMARY KEY AUTOINCREMENT", "clustered", "WITHOUT ROWID"))
        .load()
        .migrate();
    writing = pool(name + "-writer", source, 1);
    reading = pool(name + "-reader", source, readersMax);
    writer = Jdbi.create(writing);
    reader = Jdbi.create(reading);
  }

  private static DataSource sqlite(Path file) {
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

  private static HikariDataSource pool(String name, DataSource source, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(source);
    config.setMaximumPoolSize(connections);
    return new HikariDataSource(config);
  }

  /// Asks something; sees everything that was written before.
  public <T> T read(Function<Handle, T> question) {
    return reader.withHandle(question::apply);
  }

  /// Changes something in one transaction.
  public <T> T write(Function<Handle, T> change) {
    return write(change, result -> {});
  }

  /// Changes something in one transaction and then, before any other write, tells of it, so that
  /// what is kept in memory follows the order of the commits.
  public <T> T write(Function<Handle, T> change, Consumer<T> committed) {
    writes.lock();
    try {
      T result = writer.inTransaction(change::apply);
      committed.accept(result);
      return result;
    } finally {
      writes.unlock();
    }
  }

  /// Does something exactly once in the life of this database, however often it is opened.
  public void once(String name, Consumer<Handle> change) {
    write(
        handle -> {
          int marked =
              handle
                  .createUpdate(
                      "INSERT INTO setting (name, value) VALUES (:name, '') ON CONFLICT DO NOTHING")
                  .bind("name", "once." + name)
                  .execute();
          if (marked == 1) {
            change.accept(handle);
          }
          return marked;
        });
  }

  /// A value kept by name.
  public Optional<String> setting(String name) {
    return read(
        handle ->
            handle
                .createQuery("SELECT value FROM setting WHERE name = :name")
                .bind("name", name)
                .mapTo(String.class)
                .findOne());
  }

  /// Keeps a value by name.
  public void set(String name, String value) {
    write(
        handle ->
            handle
                .createUpdate(
                    "INSERT INTO setting (name, value) VALUES (:name, :value)"
                        + " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                .bind("name", name)
                .bind("value", value)
                .execute());
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
