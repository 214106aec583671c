package weir.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// The loop from the topic of subscriptions to the registry and the index: keeps what was asked
/// for, with its position, in one transaction, then tells the index. A record read twice changes
/// nothing. A virtual thread of its own; waits for a log or database that is away.
final class SubscriptionFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SubscriptionFollower.class);
  private static final String POSITION = "subscriptions-next";
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final EventLog log;
  private final Topic topic;
  private final Database database;
  private final SubscriptionIndex index;
  private final Consumer<String> known;
  private final InstantSource clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private long next;

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
    this.thread = Thread.ofVirtual().name("subscriptions").unstarted(this::run);
    Instant since = clock.instant().minus(reach);
    // First the position: what another process keeps in between is then read twice, not never.
    next = database.setting(POSITION).map(Long::parseLong).orElse(0L);
    database.read(handle -> SubscriptionTable.endingAfter(handle, since)).forEach(index::put);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (stop.getCount() > 0) {
        try (LogReader reader = log.reader()) {
          follow(reader);
        } catch (LogException | JdbiException e) {
          LOG.warn("subscriptions wait reason={}", e.getMessage());
          boolean _ = stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(LogReader reader) {
    Partition partition = new Partition(topic, 0);
    OffsetRange range = log.ranges(Set.of(topic)).getOrDefault(partition, new OffsetRange(0, 0));
    // A log that is shorter than what was read of it is another log.
    next = next > range.end() ? range.start() : next;
    reader.seek(Map.of(partition, next));
    while (stop.getCount() > 0) {
      List<LogRecord> records = reader.poll(POLL);
      if (!records.isEmpty()) {
        keep(records);
      }
    }
  }

  private void keep(List<LogRecord> records) {
    long end = records.getLast().position().offset() + 1;
    List<Subscription> changed =
        database.write(
            handle -> {
              List<Subscription> kept =
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
    changed.forEach(
        subscription -> {
          known.accept(subscription.application());
          index.put(subscription);
        });
    next = end;
  }

  private Optional<Subscription> keep(Handle handle, LogRecord record) {
    byte[] value = record.value();
    Optional<SubscriptionRequest> request =
        value == null ? Optional.empty() : SubscriptionRequest.read(value);
    if (request.isEmpty()) {
      LOG.warn("not a subscription position={}", record.position());
      return Optional.empty();
    }
    Subscription subscription =
        request.get().apply(SubscriptionTable.find(handle, request.get().id()));
    boolean kept =
        SubscriptionTable.save(handle, subscription, request.get().askedAt(), clock.instant());
    return kept ? Optional.of(subscription) : Optional.empty();
  }

  /// Marks in the registry what expired.
  void expire() {
    int _ = database.write(handle -> SubscriptionTable.expire(handle, clock.instant()));
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      boolean _ = thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
