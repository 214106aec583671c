package weir.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.subscriber.delivery.Arrival;
import weir.subscriber.delivery.DeliveryWorker;
import weir.subscriber.delivery.LaneStore;
import weir.subscriber.delivery.LaneStore.Progress;
import weir.subscriber.delivery.Place;

/// The loop from the enriched topic to the lanes: asks the index who wants an event and lays it
/// into their lanes, with its position, in one transaction. A virtual thread of its own.
///
/// The log is told of the position once a second, so that a stream that nobody wants costs no
/// more than reading it; what is read again after a crash is known by the position in the lanes'
/// database. A log or database that is away is waited for.
final class Matcher implements AutoCloseable {

  static final String GROUP = "weir-subscriber";

  private static final Logger LOG = LoggerFactory.getLogger(Matcher.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final long COMMIT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Progress START = new Progress(0, -1);
  private static final int RECENT_MAX = 50_000;

  private final EventLog log;
  private final Topic topic;
  private final SubscriptionIndex index;
  private final Applications applications;
  private final Endpoints endpoints;
  private final LaneStore lanes;
  private final DeliveryWorker worker;
  private final InstantSource clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final LongAdder matched = new LongAdder();
  private final Map<Integer, Progress> progress = new HashMap<>();
  private final Map<Partition, EventLog.Committed> uncommitted = new HashMap<>();
  private final Map<String, Boolean> recent = recentIds();
  private Set<Partition> held = Set.of();
  private final Thread thread;
  private long committedNanos = System.nanoTime();
  private volatile @Nullable Instant stuckSince;

  Matcher(
      EventLog log,
      Topic topic,
      SubscriptionIndex index,
      Applications applications,
      Endpoints endpoints,
      LaneStore lanes,
      DeliveryWorker worker,
      InstantSource clock) {
    this.log = log;
    this.topic = topic;
    this.index = index;
    this.applications = applications;
    this.endpoints = endpoints;
    this.lanes = lanes;
    this.worker = worker;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name("matcher").unstarted(this::run);
  }

  /// The latest events that were wanted, so that one that a device sent twice is delivered once.
  private static Map<String, Boolean> recentIds() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
        return size() > RECENT_MAX;
      }
    };
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (stop.getCount() > 0) {
        try (EventLog.Subscription subscription = log.join(GROUP, Set.of(topic))) {
          checkLog();
          follow(subscription);
        } catch (LogException | JdbiException e) {
          LOG.warn("matching waits reason={}", e.getMessage());
          stuckSince = stuckSince == null ? clock.instant() : stuckSince;
          boolean _ = stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A log that ends before what was read of it is another log; it is read from its beginning.
  private void checkLog() {
    progress.clear();
    uncommitted.clear();
    recent.clear();
    held = Set.of();
    Map<Partition, OffsetRange> ranges = log.ranges(Set.of(topic));
    ranges.forEach(
        (partition, range) -> {
          Progress known = lanes.progress(partition.number()).orElse(START);
          if (known.nextOffset() > range.end()) {
            LOG.warn("the log is another one partition={}", partition);
            lanes.restart(partition.number());
            known = START;
          }
          progress.put(partition.number(), known);
        });
  }

  private void follow(EventLog.Subscription subscription) {
    while (stop.getCount() > 0) {
      List<LogRecord> records = subscription.poll(POLL);
      takeOver(subscription.assigned().keySet());
      if (!records.isEmpty()) {
        match(records);
      }
      commit(subscription);
      stuckSince = null;
    }
    commitNow(subscription);
  }

  /// Partitions that were another process's may be further than what was known here.
  private void takeOver(Set<Partition> assigned) {
    if (assigned.equals(held)) {
      return;
    }
    for (Partition partition : assigned) {
      if (!held.contains(partition)) {
        lanes
            .progress(partition.number())
            .ifPresent(known -> progress.put(partition.number(), known));
      }
    }
    held = Set.copyOf(assigned);
  }

  private void match(List<LogRecord> records) {
    List<Arrival> arrivals = new ArrayList<>();
    Map<Integer, Progress> reached = new HashMap<>();
    for (LogRecord record : records) {
      Partition partition = record.position().partition();
      long offset = record.position().offset();
      Progress known =
          reached.getOrDefault(
              partition.number(), progress.getOrDefault(partition.number(), START));
      uncommitted.put(partition, new EventLog.Committed(offset + 1, ""));
      if (offset < known.nextOffset()) {
        continue;
      }
      SubscriptionIndex.Match match = index.match(record);
      if (match == null || match.event().rawOffset() <= known.rawOffset()) {
        continue;
      }
      add(arrivals, record, match);
      reached.put(partition.number(), new Progress(offset + 1, match.event().rawOffset()));
    }
    if (!arrivals.isEmpty()) {
      lanes.accept(arrivals, reached, clock.instant());
      matched.add(arrivals.size());
      worker.wake();
    }
    progress.putAll(reached);
  }

  private void add(List<Arrival> arrivals, LogRecord record, SubscriptionIndex.Match match) {
    List<Endpoint> takers = new ArrayList<>();
    for (String application : match.applications()) {
      boolean active =
          applications
              .find(application)
              .filter(found -> found.status() == Application.Status.ACTIVE)
              .isPresent();
      endpoints
          .of(application)
          .filter(endpoint -> active && endpoint.state() != Endpoint.State.GONE)
          .ifPresent(takers::add);
    }
    byte[] body = record.value();
    if (takers.isEmpty()
        || body == null
        || recent.putIfAbsent(match.event().id(), Boolean.TRUE) != null) {
      return;
    }
    long place = Place.of(record.position().partition().number(), record.position().offset());
    arrivals.add(new Arrival(place, match.event(), body, takers));
  }

  private void commit(EventLog.Subscription subscription) {
    if (System.nanoTime() - committedNanos >= COMMIT_NANOS) {
      commitNow(subscription);
    }
  }

  private void commitNow(EventLog.Subscription subscription) {
    committedNanos = System.nanoTime();
    uncommitted.keySet().retainAll(subscription.assigned().keySet());
    if (!uncommitted.isEmpty()) {
      subscription.commit(uncommitted);
      uncommitted.clear();
    }
  }

  /// Events that somebody wanted, since the start.
  long matchedCount() {
    return matched.sum();
  }

  /// Since when it waits for the log or the database; null when it does not.
  @Nullable Instant stuckSince() {
    return stuckSince;
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
