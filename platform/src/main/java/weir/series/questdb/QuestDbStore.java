package weir.series.questdb;

import io.questdb.cairo.CairoError;
import io.questdb.cairo.CairoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;
import weir.event.Reading;
import weir.series.Bucket;
import weir.series.EventPage;
import weir.series.EventQuery;
import weir.series.HourlyQuery;
import weir.series.HourlyStat;
import weir.series.Measured;
import weir.series.Micros;
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

/// The time series in a QuestDB inside this process.
///
/// A written batch is in QuestDB's write-ahead log, which survives `kill -9`; a thread of
/// our own makes it visible to queries, usually within some milliseconds. [#write] and
/// [#retire] exclude each other. Refused are events from before 2000, from too far ahead of
/// their receive time, and those that give a device too many metrics.
public final class QuestDbStore implements SeriesStore {

  private static final Duration PAUSE_LIMIT = Duration.ofSeconds(30);

  private final QuestDbSettings settings;
  private final StoreLimits limits;
  private final InstantSource clock;
  private final Function<String, Duration> retention;
  private final Engine engine;
  private final SeriesCatalog catalog;
  private final EventRows rows;
  private final WalApplier applier;
  private final EventReads events;
  private final ReadingReads readings;
  private final DirtyHours dirty;
  private final Rollup rollup;
  private final Ranges ranges;
  private final Retirement retirement;
  private final ReentrantLock writing = new ReentrantLock();
  private final ReentrantLock housekeeping = new ReentrantLock();

  /// Opens the store, and makes it when there is none.
  ///
  /// @param retention how long the events of a device type are kept; asked for every batch,
  ///     so it should answer from memory
  public QuestDbStore(
      QuestDbSettings settings,
      StoreLimits limits,
      InstantSource clock,
      Function<String, Duration> retention) {
    this.settings = settings;
    this.limits = limits;
    this.clock = clock;
    this.retention = retention;
    UnfinishedTables unfinished = new UnfinishedTables(settings.directory());
    unfinished.remove();
    this.engine = new Engine(settings);
    try {
      Tables tables = new Tables(engine, unfinished);
      this.catalog = new SeriesCatalog(engine, limits.seriesPerDeviceMax());
      this.rows = new EventRows(engine, tables, catalog);
      this.events = new EventReads(engine, tables);
      this.readings = new ReadingReads(engine, tables, catalog, clock);
      this.dirty = new DirtyHours(settings.directory().resolve("dirty-hours.txt"));
      this.retirement = new Retirement(engine, tables, settings, limits);
      this.applier = new WalApplier(engine, tables);
      this.rollup = new Rollup(engine, catalog, readings, dirty, applier);
      this.ranges = new Ranges(readings, rollup);
    } catch (RuntimeException | Error e) {
      engine.close();
      throw e;
    }
  }

  @Override
  public void write(List<Event> batch) {
    RetentionOfTypes kept = new RetentionOfTypes(retention);
    write(batch, event -> kept.of(event.type()));
  }

  private void write(List<Event> batch, Function<Event, RetentionClass> classes) {
    batch.forEach(limits::check);
    writing.lock();
    try {
      add(batch, classes);
      rows.commit();
    } catch (RefusedException e) {
      rows.rollback();
      throw e;
    } catch (CairoException | CairoError | UncheckedIOException e) {
      rows.rollback();
      throw new StoreException("cannot write: " + e.getMessage(), e);
    } finally {
      writing.unlock();
    }
    applier.wake();
  }

  private void add(List<Event> batch, Function<Event, RetentionClass> classes) {
    Instant now = clock.instant();
    long storedMicros = Micros.of(now);
    for (Event event : batch) {
      RetentionClass of = classes.apply(event);
      rows.add(event, of, storedMicros);
      markHours(event, of, now);
    }
  }

  /// Late readings of days that are removed already come too late for the rollups, which
  /// would forget the rest of the hour.
  private void markHours(Event event, RetentionClass kept, Instant now) {
    for (Reading reading : event.readings()) {
      Instant time = EventRows.timeOf(reading, event);
      boolean removed = kept.isPast(time, now) || retirement.madeRoomBefore(time);
      if (reading instanceof Reading.Numeric && !removed) {
        dirty.mark(Hours.of(Micros.of(time)), now.toEpochMilli());
      }
    }
  }

  /// Does something while nothing is written, rolled up or removed: the files stand still, but for
  /// those of the write-ahead log that are not needed any more.
  public void pause(Runnable task) {
    housekeeping.lock();
    writing.lock();
    try {
      if (!applier.awaitApplied(PAUSE_LIMIT)) {
        throw new StoreException("the store does not catch up with what was written before");
      }
      task.run();
    } finally {
      writing.unlock();
      housekeeping.unlock();
    }
  }

  /// A row is replaced in its own table, so an event stays in the class that it was stored in.
  @Override
  public void replace(List<Event> batch) {
    RetentionOfTypes kept = new RetentionOfTypes(retention);
    Map<EventKey, RetentionClass> stored = events.classes(batch);
    write(batch, event -> stored.getOrDefault(event.key(), kept.of(event.type())));
  }

  @Override
  public boolean awaitQueryable(Duration limit) {
    return applier.awaitApplied(limit);
  }

  @Override
  public List<Measured> latest(DeviceId device) {
    return readings.latest(device);
  }

  @Override
  public List<Measured> readings(ReadingQuery query, int limit) {
    return readings.readings(query, limit);
  }

  @Override
  public List<Bucket> range(ReadingQuery query, Step step, int limit) {
    return ranges.range(query, step, limit);
  }

  @Override
  public Map<String, Long> kinds(String type, Instant from, Instant to) {
    return events.kinds(type, from, to);
  }

  @Override
  public EventPage events(EventQuery query) {
    return events.page(query);
  }

  @Override
  public Optional<StoredEvent> event(DeviceId device, EventId id) {
    return events.withId(id, device, 1).stream().findFirst();
  }

  @Override
  public List<StoredEvent> events(EventId id, int limit) {
    return events.withId(id, null, limit);
  }

  @Override
  public List<StoredEvent> events(List<EventId> ids, Instant from, Instant to) {
    return events.events(ids, from, to);
  }

  @Override
  public List<HourlyStat> hourly(HourlyQuery query, int limit) {
    return rollup.hourly(query, limit);
  }

  @Override
  public long eventCount() {
    return events.count();
  }

  @Override
  public void eachKey(Consumer<EventKey> visitor) {
    events.eachKey(visitor);
  }

  @Override
  public List<EventKey> keysSince(Instant time, int limit) {
    return events.keysSince(time, limit);
  }

  @Override
  public void rollUp(Instant now) {
    keepHouse(() -> rollup.write(takeDirty(now.minus(limits.rollupDelay()).toEpochMilli())));
  }

  /// One at a time; what fails is worth another try.
  private void keepHouse(Runnable task) {
    housekeeping.lock();
    try {
      task.run();
    } catch (CairoException | CairoError | UncheckedIOException e) {
      throw new StoreException("cannot tidy: " + e.getMessage(), e);
    } finally {
      housekeeping.unlock();
    }
  }

  /// Nothing is being written while the hours are taken, so all that marked them is
  /// committed.
  private List<Long> takeDirty(long beforeMillis) {
    writing.lock();
    try {
      return dirty.take(beforeMillis);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void retire(Instant now) {
    keepHouse(
        () -> {
          rollUp(now);
          retirement.retire(now);
          applier.wake();
        });
  }

  /// The start of the oldest day of which there is anything but rollups.
  public Optional<Instant> oldestDay() {
    return retirement.oldestDay();
  }

  /// Removes everything but rollups from before the start of a day, whatever its retention; what
  /// was removed is retired. The disk is free some seconds later.
  ///
  /// @return how many events that were
  public long makeRoom(Instant day) {
    long[] removed = {0};
    keepHouse(
        () -> {
          rollUp(clock.instant());
          removed[0] = retirement.makeRoom(day);
          applier.wake();
        });
    return removed[0];
  }

  /// Removes the oldest month of rollups, unless it is this month; whether there was one.
  public boolean removeOldestRollups() {
    boolean[] removed = {false};
    keepHouse(
        () -> {
          removed[0] = retirement.removeOldestRollups(clock.instant());
          applier.wake();
        });
    return removed[0];
  }

  @Override
  public long retiredCount() {
    return retirement.count();
  }

  @Override
  public boolean isRetired(String type, Instant time) {
    return retirement.madeRoomBefore(time)
        || RetentionClass.of(retention.apply(type)).isPast(time, clock.instant());
  }

  @Override
  public long diskBytes() {
    try (Stream<Path> files = Files.walk(settings.directory())) {
      return files
          .map(Path::toFile)
          .filter(java.io.File::isFile)
          .mapToLong(java.io.File::length)
          .sum();
    } catch (IOException | UncheckedIOException e) {
      throw new StoreException("cannot measure " + settings.directory(), e);
    }
  }

  /// For tests that make the engine stumble.
  Engine engine() {
    return engine;
  }

  @Override
  public StoreHealth health() {
    return applier.health();
  }

  @Override
  public void close() {
    writing.lock();
    try {
      rows.close();
      catalog.close();
    } finally {
      writing.unlock();
    }
    applier.close();
    engine.close();
  }
}
