package weir.series.sql;

import static weir.device.Statements.batch;
import static weir.device.Statements.query;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.device.DeviceId;
import weir.device.SqlEngine;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;
import weir.series.Bucket;
import weir.series.EventPage;
import weir.series.EventQuery;
import weir.series.HourlyQuery;
import weir.series.HourlyStat;
import weir.series.Measured;
import weir.series.ReadingQuery;
import weir.series.RefusedException;
import weir.series.RetentionClass;
import weir.series.RetentionOfTypes;
import weir.series.SeriesStore;
import weir.series.Step;
import weir.series.StoreException;
import weir.series.StoreHealth;
import weir.series.StoreLimits;
import weir.series.StoredEvent;

/// The time series in a SQL database. What is written is on its disk and visible at once. In
/// PostgreSQL several processes may write; events that it cannot represent are refused, as are
/// those from before 2000, from too far ahead, and those that give a device too many metrics.
public final class SqlStore implements SeriesStore {

  private static final int READERS_MAX = 4;
  private static final String DATA_EXCEPTION = "22";

  private final Database database;
  private final StoreLimits limits;
  private final InstantSource clock;
  private final Function<String, Duration> retention;
  private final Dialect dialect;
  private final Catalog catalog;
  private final EventQueries events;
  private final ReadingQueries readings;
  private final Upkeep upkeep;
  private final ReentrantLock writing = new ReentrantLock();

  /// Opens the store, and makes its tables when there are none.
  ///
  /// @param retention how long the events of a device type are kept; asked for every batch,
  ///     so it should answer from memory
  public SqlStore(
      SqlEngine engine,
      StoreLimits limits,
      InstantSource clock,
      Function<String, Duration> retention) {
    this.database = new Database(engine, Database.Tables.SERIES, READERS_MAX);
    this.limits = limits;
    this.clock = clock;
    this.retention = retention;
    this.dialect = engine.isShared() ? new PostgresDialect(database) : new SqliteDialect();
    this.catalog = new Catalog(limits.seriesPerDeviceMax());
    this.events = new EventQueries(dialect);
    this.readings = new ReadingQueries(dialect);
    this.upkeep = new Upkeep(database, dialect, limits);
  }

  /// The id as it was given, unless its 128-bit form says the same.
  static @Nullable String nameOrNull(EventRow row) {
    String given = row.event().id().value();
    return row.id().toString().equals(given) ? null : given;
  }

  @Override
  public void write(List<Event> batch) {
    write(batch, this::insert);
  }

  @Override
  public void replace(List<Event> batch) {
    write(batch, this::insertAlone);
  }

  /// What is done with the rows of a batch in its transaction; returns the numbers of its series.
  @FunctionalInterface
  private interface Change {
    Map<SqlSeries.Name, Long> make(Handle handle, Rows rows, Instant now);
  }

  private void write(List<Event> batch, Change change) {
    batch.forEach(limits::check);
    Instant now = clock.instant();
    Rows rows = new Rows(batch, new RetentionOfTypes(retention), now);
    writing.lock();
    try {
      attempt(
          () -> {
            dialect.prepare(rows.events(), rows.places());
            catalog.committed(database.writeBeside(handle -> change.make(handle, rows, now)));
            upkeep.committed(rows.hours(), rows.classes(), now);
            return batch;
          });
    } finally {
      writing.unlock();
    }
  }

  private Map<SqlSeries.Name, Long> insert(Handle handle, Rows rows, Instant now) {
    dialect.begin(handle);
    Map<SqlSeries.Name, Long> numbers = catalog.numbers(handle, rows.names());
    dialect.insertEvents(handle, rows.events());
    dialect.insertReadings(handle, rows.readings(numbers));
    upkeep.keep(handle, rows.classes());
    upkeep.mark(handle, rows.hours(), now);
    return numbers;
  }

  /// How long a row is kept is part of its key, so the same may be there for another time.
  private Map<SqlSeries.Name, Long> insertAlone(Handle handle, Rows rows, Instant now) {
    Map<SqlSeries.Name, Long> numbers = insert(handle, rows, now);
    int _ =
        batch(
            handle,
            "DELETE FROM events WHERE ts = ? AND id = ? AND device = ? AND keep_days <> ?",
            rows.events().stream()
                .map(
                    row ->
                        new Object[] {
                          dialect.time(row.micros()),
                          dialect.id(row.id()),
                          row.event().device().value(),
                          row.days()
                        })
                .toList());
    int _ =
        batch(
            handle,
            "DELETE FROM readings WHERE series = ? AND ts = ? AND keep_days <> ?",
            rows.readings(numbers).stream()
                .map(ReadingRow::key)
                .map(key -> new Object[] {key.series(), dialect.time(key.micros()), key.days()})
                .toList());
    return numbers;
  }

  /// Tells what the database will never take from what it cannot do now.
  private <T> T attempt(Supplier<T> action) {
    try {
      return action.get();
    } catch (JdbiException e) {
      dialect.failed();
      if (e.getCause() instanceof SQLException cause
          && String.valueOf(cause.getSQLState()).startsWith(DATA_EXCEPTION)) {
        throw new RefusedException(String.valueOf(cause.getMessage()));
      }
      throw new StoreException("the database cannot do it: " + e.getMessage(), e);
    }
  }

  private <T> T ask(Function<Handle, T> question) {
    return attempt(() -> database.read(question));
  }

  @Override
  public boolean awaitQueryable(Duration limit) {
    return true;
  }

  @Override
  public List<Measured> latest(DeviceId device) {
    return ask(handle -> readings.latest(handle, device));
  }

  @Override
  public List<Measured> readings(ReadingQuery query, int limit) {
    return ask(handle -> readings.readings(handle, query, limit));
  }

  @Override
  public List<Bucket> range(ReadingQuery query, Step step, int limit) {
    return ask(handle -> readings.range(handle, query, step, limit));
  }

  @Override
  public Map<String, Long> kinds(String type, Instant from, Instant to) {
    return ask(handle -> events.kinds(handle, type, from, to));
  }

  @Override
  public EventPage events(EventQuery query) {
    return ask(handle -> events.page(handle, query));
  }

  @Override
  public Optional<StoredEvent> event(DeviceId device, EventId id) {
    return ask(handle -> events.withId(handle, id, device, 1)).stream().findFirst();
  }

  @Override
  public List<StoredEvent> events(EventId id, int limit) {
    return ask(handle -> events.withId(handle, id, null, limit));
  }

  @Override
  public List<StoredEvent> events(List<EventId> ids, Instant from, Instant to) {
    return ids.isEmpty() ? List.of() : ask(handle -> events.events(handle, ids, from, to));
  }

  @Override
  public List<HourlyStat> hourly(HourlyQuery query, int limit) {
    return ask(handle -> readings.hourly(handle, query, limit));
  }

  @Override
  public long eventCount() {
    return ask(handle -> {
          database.engine().allowHours(handle);
          return query(handle, "SELECT COUNT(*) FROM events", row -> row.getLong(1));
        })
        .getFirst();
  }

  @Override
  public void eachKey(Consumer<EventKey> visitor) {
    attempt(
        () -> {
          database.scan(handle -> events.eachKey(handle, visitor));
          return visitor;
        });
  }

  @Override
  public List<EventKey> keysSince(Instant time, int limit) {
    return ask(handle -> events.keysSince(handle, time, limit));
  }

  @Override
  public void rollUp(Instant now) {
    attempt(
        () -> {
          upkeep.rollUp(now);
          return now;
        });
  }

  /// One process at a time does it; the others go on.
  @Override
  public void retire(Instant now) {
    attempt(
        () -> {
          upkeep.retire(now);
          return now;
        });
  }

  @Override
  public long retiredCount() {
    return attempt(upkeep::retiredCount);
  }

  @Override
  public boolean isRetired(String type, Instant time) {
    return RetentionClass.of(retention.apply(type)).isPast(time, clock.instant());
  }

  @Override
  public long diskBytes() {
    return ask(dialect::bytes);
  }

  @Override
  public StoreHealth health() {
    try {
      List<Integer> _ = ask(handle -> query(handle, "SELECT 1", row -> row.getInt(1)));
      return new StoreHealth(true, "", 0);
    } catch (StoreException e) {
      return new StoreHealth(false, String.valueOf(e.getMessage()), 0);
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
