package weir.series;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;

/// A real store whose writes fail when a test says so.
final class FaultyStore implements SeriesStore {

  private final SeriesStore store;
  private int failing;
  private @Nullable String badId;
  private Supplier<RuntimeException> failure = () -> new StoreException("down");

  FaultyStore(SeriesStore store) {
    this.store = store;
  }

  synchronized void failNext(int writes, Supplier<RuntimeException> with) {
    failing = writes;
    failure = with;
  }

  /// Fails every write of an event whose id starts with this.
  synchronized void failOn(String id, Supplier<RuntimeException> with) {
    badId = id;
    failure = with;
  }

  synchronized void mend() {
    failing = 0;
    badId = null;
  }

  @Override
  public synchronized void write(List<Event> events) {
    if (failing > 0) {
      failing--;
      throw failure.get();
    }
    String bad = badId;
    if (bad != null && events.stream().anyMatch(event -> event.id().value().startsWith(bad))) {
      throw failure.get();
    }
    store.write(events);
  }

  @Override
  public void replace(List<Event> events) {
    store.replace(events);
  }

  @Override
  public boolean awaitQueryable(Duration limit) {
    return store.awaitQueryable(limit);
  }

  @Override
  public List<Measured> latest(DeviceId device) {
    return store.latest(device);
  }

  @Override
  public List<Measured> readings(ReadingQuery query, int limit) {
    return store.readings(query, limit);
  }

  @Override
  public List<Bucket> range(ReadingQuery query, Step step, int limit) {
    return store.range(query, step, limit);
  }

  @Override
  public Map<String, Long> kinds(String type, Instant from, Instant to) {
    return store.kinds(type, from, to);
  }

  @Override
  public EventPage events(EventQuery query) {
    return store.events(query);
  }

  @Override
  public Optional<StoredEvent> event(DeviceId device, EventId id) {
    return store.event(device, id);
  }

  @Override
  public List<StoredEvent> events(EventId id, int limit) {
    return store.events(id, limit);
  }

  @Override
  public List<StoredEvent> events(List<EventId> ids, Instant from, Instant to) {
    return store.events(ids, from, to);
  }

  @Override
  public List<HourlyStat> hourly(HourlyQuery query, int limit) {
    return store.hourly(query, limit);
  }

  @Override
  public long eventCount() {
    return store.eventCount();
  }

  @Override
  public void eachKey(Consumer<EventKey> visitor) {
    store.eachKey(visitor);
  }

  @Override
  public List<EventKey> keysSince(Instant time, int limit) {
    return store.keysSince(time, limit);
  }

  @Override
  public void rollUp(Instant now) {
    store.rollUp(now);
  }

  @Override
  public void retire(Instant now) {
    store.retire(now);
  }

  @Override
  public long retiredCount() {
    return store.retiredCount();
  }

  @Override
  public boolean isRetired(String type, Instant time) {
    return store.isRetired(type, time);
  }

  @Override
  public long diskBytes() {
    return store.diskBytes();
  }

  @Override
  public StoreHealth health() {
    return store.health();
  }

  @Override
  public void close() {
    store.close();
  }
}
