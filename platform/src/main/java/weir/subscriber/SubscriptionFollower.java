package weir.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// The loop from the topic of subscriptions to the registry and the index: keeps what was asked
/// for, with its position, in one transaction, then tells the index. A record read twice changes
/// nothing, one that is no subscription is passed over.
final class SubscriptionFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SubscriptionFollower.class);
  private static final String POSITION = "subscriptions-next";
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration STEP = Duration.ofMillis(2);
  private static final long FRESH_NANOS = Duration.ofMillis(100).toNanos();

  private final EventLog log;
  private final Topic topic;
  private final Database database;
  private final SubscriptionIndex index;
  private final Consumer<String> known;
  private final InstantSource clock;
  private final Loop loop;
  private volatile long next;
  private volatile long caughtUpNanos = System.nanoTime() - FRESH_NANOS;

  /// Reads what the registry knows into the index.
  ///
  /// @param known told of each application before it is in the index
  /// @param reach how old events may be that are still to be matched
  SubscriptionFollower(
      EventLog log,
      Topic topic,
      Database database,
      SubscriptionIndex index,
      Consumer<String> known,
      Duration reach,
      InstantSource clock) {
    this.log = log;
    this.topic = topic;
    this.database = database;
    this.index = index;
    this.known = known;
    this.clock = clock;
    this.loop = new Loop("subscriptions", this::follow, clock);
    // First the position: what another process keeps in between is then read twice, not never.
    next = database.setting(POSITION).map(Long::parseLong).orElse(0L);
    Instant since = clock.instant().minus(reach);
    tell(database.read(handle -> SubscriptionTable.endingAfter(handle, since)));
  }

  private void tell(List<Kept> subscriptions) {
    subscriptions.forEach(kept -> known.accept(kept.subscription().application()));
    index.put(subscriptions);
  }

  void start() {
    loop.start();
  }

  private OffsetRange range() {
    return log.ranges(Set.of(topic)).getOrDefault(new Partition(topic, 0), new OffsetRange(0, 0));
  }

  private void follow() {
    OffsetRange range = range();
    // A log that is shorter than what was read of it is another log.
    next = next > range.end() ? range.start() : next;
    try (LogReader reader = log.reader()) {
      reader.seek(Map.of(new Partition(topic, 0), next));
      while (loop.isOpen()) {
        List<LogRecord> records = reader.poll(POLL);
        if (!records.isEmpty()) {
          keep(records);
        }
        loop.goesWell();
      }
    }
  }

  /// Waits until the index knows everything that was asked for up to a tenth of a second ago.
  ///
  /// @param waiting who waits
  /// @return false when the waiting loop is to end
  boolean catchUp(Loop waiting) throws InterruptedException {
    if (System.nanoTime() - caughtUpNanos < FRESH_NANOS) {
      return true;
    }
    long now = System.nanoTime();
    long end = range().end();
    while (next < end) {
      if (!waiting.pause(STEP)) {
        return false;
      }
    }
    caughtUpNanos = now;
    return true;
  }

  private void keep(List<LogRecord> records) {
    long end = records.getLast().position().offset() + 1;
    List<Kept> changed =
        database.write(
            handle -> {
              List<Kept> kept =
                  records.stream().flatMap(record -> keep(handle, record).stream()).toList();
              handle
                  .createUpdate(
                      "INSERT INTO setting (name, value) VALUES (:name, :value)"
                          + " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
                  .bind("name", POSITION)
                  .bind("value", Long.toString(end))
                  .execute();
              return kept;
            });
    tell(changed);
    next = end;
  }

  /// What the registry holds then. Where nothing changes another process may have kept the same
  /// before, and the index here does not know it yet.
  private Optional<Kept> keep(Handle handle, LogRecord record) {
    byte[] value = record.value();
    Optional<SubscriptionRequest> request =
        value == null ? Optional.empty() : SubscriptionRequest.read(value);
    if (request.isEmpty()) {
      LOG.warn("not a subscription position={}", record.position());
      return Optional.empty();
    }
    Instant askedAt = request.get().askedAt();
    Optional<Kept> known = SubscriptionTable.find(handle, request.get().id());
    return request
        .get()
        .apply(known.map(Kept::subscription))
        .filter(changed -> SubscriptionTable.save(handle, changed, askedAt, clock.instant()))
        .map(changed -> new Kept(changed, askedAt))
        .or(() -> known);
  }

  /// Marks in the registry what expired.
  void expire() {
    int _ = database.write(handle -> SubscriptionTable.expire(handle, clock.instant()));
  }

  /// Since when it waits for the log or the registry.
  Optional<Instant> stuckSince() {
    return loop.stuckSince();
  }

  @Override
  public void close() {
    loop.close();
  }
}
