package weir.series;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;

/// Where events and their readings are kept, and asked for.
///
/// Writers take turns; any number of threads ask. Every method throws [StoreException] when
/// the store cannot do it now; the caller may try again. Time ranges include their start and
/// not their end.
///
/// Two readings of one device and metric with the same time and unit are one: the value that
/// was written last stays. Events are told apart by time, id and device.
public interface SeriesStore extends AutoCloseable {

  /// Stores the events and their readings, all or none. When it returns they survive the
  /// death of the process. Storing the same event again changes nothing but its stored time.
  ///
  /// @throws RefusedException when the store will never take one of the events
  void write(List<Event> events);

  /// Stores events that are there already in another form, under their id and time, in its place.
  /// In SQL they are kept for the retention of now; where rows cannot be removed singly, which is
  /// in QuestDB, for the one that they were stored with.
  ///
  /// @throws RefusedException when the store will never take one of the events
  void replace(List<Event> events);

  /// Waits until queries see everything written before the call.
  ///
  /// @return whether they do; false when the time is over
  boolean awaitQueryable(Duration limit);

  /// The newest value of each metric of a device, by event time; sorted by metric.
  List<Measured> latest(DeviceId device);

  /// The values of one metric, oldest first.
  List<Measured> readings(ReadingQuery query, int limit);

  /// The values of one metric, combined in the store by steps; steps without values are left
  /// out. Text values count, but have no other aggregate.
  ///
  /// @param limit most buckets returned
  List<Bucket> range(ReadingQuery query, Step step, int limit);

  /// How many events of a device type there are of each kind.
  Map<String, Long> kinds(String type, Instant from, Instant to);

  /// Events that match, newest first by event time.
  EventPage events(EventQuery query);

  /// The event that a device sent under an id.
  Optional<StoredEvent> event(DeviceId device, EventId id);

  /// Events with an id, newest first by event time, at most so many; two devices may use one.
  List<StoredEvent> events(EventId id, int limit);

  /// Those of at most 1,000 events that are stored with a time in the range, in any order.
  List<StoredEvent> events(List<EventId> ids, Instant from, Instant to);

  /// What each metric of a device did in each hour, by hour and metric. Outlives the
  /// readings.
  List<HourlyStat> hourly(HourlyQuery query, int limit);

  /// Events that are stored now.
  long eventCount();

  /// Visits the key of every stored event.
  void eachKey(Consumer<EventKey> visitor);

  /// Keys of events of this time or later, the newest, at most so many; for the writer's
  /// memory of repeats.
  List<EventKey> keysSince(Instant time, int limit);

  /// Brings the rollups up to date, for hours that are over and quiet.
  void rollUp(Instant now);

  /// Removes what is older than its type's retention, and rollups older than theirs.
  void retire(Instant now);

  /// Events that were removed on purpose, for their age, since the store was made; more when it
  /// was killed while it removed some, never fewer.
  long retiredCount();

  /// Whether events of this type and time need not be there any more.
  boolean isRetired(String type, Instant time);

  /// Bytes on disk.
  long diskBytes();

  StoreHealth health();

  @Override
  void close();
}
