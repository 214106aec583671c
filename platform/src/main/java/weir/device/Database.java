package weir.device;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// A SQL database, such as the registry's, in SQLite or PostgreSQL: one connection that writes and
/// a few that read. Safe for use by many threads.
///
/// A write returns when it is on the disk. Writers wait for each other, in all processes, readers
/// wait for nobody. Every method throws a `JdbiException` while the database cannot be reached.
public final class Database implements AutoCloseable {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final int START_TRIES = 5;

  private final SqlEngine engine;
  private final String schema;
  private final HikariDataSource writing;
  private final HikariDataSource reading;
  private final Jdbi writer;
  private final Jdbi reader;
  private final ReentrantLock writes = new ReentrantLock(true);

  /// The sets of tables that there are. In PostgreSQL each is a schema, in SQLite a file.
  public enum Tables {
    REGISTRY("migration"),
    DELIVERIES("delivery"),
    SERIES("series-");

    private final String folder;

    Tables(String folder) {
      this.folder = folder;
    }

    private String schema() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// Time series look different in each engine; the other tables do not.
    private String scripts(SqlEngine engine) {
      return "classpath:db/" + folder + (this == SERIES ? engine.name() : "");
    }
  }

  /// Opens the registry in a SQLite file.
  public Database(Path file, int readersMax) {
    this(SqlEngine.sqlite(file), Tables.REGISTRY, readersMax);
  }

  /// Opens it, and brings its tables up to date.
  public Database(SqlEngine engine, Tables tables, int readersMax) {
    this.engine = engine;
    this.schema = tables.schema();
    migrate(engine.source(schema), tables);
    DataSource source = engine.promptSource(schema);
    writing = pool(schema + "-writer", source, engine.writersMax());
    reading = pool(schema + "-reader", source, readersMax);
    writer = Jdbi.create(writing);
    reader = Jdbi.create(reading);
  }

  /// The scripts are part of this program and cannot be changed by others, so they are not
  /// compared with what ran before: the first of the lanes got its placeholders later.
  private void migrate(DataSource source, Tables tables) {
    FluentConfiguration flyway =
        Flyway.configure()
            .dataSource(source)
            .locations(tables.scripts(engine))
            .placeholders(engine.placeholders())
            .validateOnMigrate(false);
    if (engine.isShared()) {
      flyway.schemas(schema).connectRetries(START_TRIES);
    }
    flyway.load().migrate();
  }

  private static HikariDataSource pool(String name, DataSource source, int connections) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(source);
    config.setMaximumPoolSize(connections);
    config.setConnectionTimeout(CONNECT_LIMIT.toMillis());
    return new HikariDataSource(config);
  }

  /// The engine below.
  public SqlEngine engine() {
    return engine;
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
      T result =
          writer.inTransaction(
              handle -> {
                engine.lockWrites(handle, schema);
                return change.apply(handle);
              });
      committed.accept(result);
      return result;
    } finally {
      writes.unlock();
    }
  }

  /// Changes something in one transaction, beside other writers: for what depends on nothing that
  /// they write.
  public <T> T writeBeside(Function<Handle, T> change) {
    return writer.inTransaction(change::apply);
  }

  /// Asks for so much that a server must hand it over in parts.
  public void scan(Consumer<Handle> question) {
    if (engine.isShared()) {
      reader.useTransaction(question::accept);
    } else {
      reader.useHandle(question::accept);
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

  /// Keeps a value by name unless there is one; returns the one that is kept.
  public String setIfMissing(String name, String value) {
    return setting(name)
        .orElseGet(
            () -> {
              int _ =
                  write(
                      handle ->
                          handle
                              .createUpdate(
                                  "INSERT INTO setting (name, value) VALUES (:name, :value)"
                                      + " ON CONFLICT DO NOTHING")
                              .bind("name", name)
                              .bind("value", value)
                              .execute());
              return setting(name).orElseThrow();
            });
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

  /// The values whose names begin so, by name.
  public Map<String, String> settings(String prefix) {
    return read(
        handle ->
            handle
                .createQuery("SELECT name, value FROM setting WHERE name LIKE :names")
                .bind("names", prefix + "%")
                .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /// Keeps no value by that name any more.
  public void unset(String name) {
    write(
        handle ->
            handle
                .createUpdate("DELETE FROM setting WHERE name = :name")
                .bind("name", name)
                .execute());
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
