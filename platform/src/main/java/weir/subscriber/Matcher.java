package weir.subscriber;

import java.nio.BufferUnderflowException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.meter.BatchMeter;
import weir.subscriber.delivery.Arrival;
import weir.subscriber.delivery.DeliveryWorker;
import weir.subscriber.delivery.LaneStore;
import weir.subscriber.delivery.LaneStore.Progress;
import weir.subscriber.delivery.Place;

/// The loop from the enriched topic to the lanes: asks the index who wants an event and lays it
/// into their lanes, with its position, in one transaction. It reads on only when the index knows
/// what was asked for before.
///
/// The log is told of the position once a second, so that a stream that nobody wants costs no
/// more than reading it; what is read again after a crash is known by the position in the lanes'
/// database.
final class Matcher implements AutoCloseable {

  static final String GROUP = "weir-subscriber";

  private static final Logger LOG = LoggerFactory.getLogger(Matcher.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long COMMIT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Progress START = new Progress(0, -1);
  private static final int RECENT_MAX = 50_000;

  private final EventLog log;
  private final Topic topic;
  private final SubscriptionFollower requests;
  private final SubscriptionIndex index;
  private final Applications applications;
  private final Endpoints endpoints;
  private final LaneStore lanes;
  private final DeliveryWorker worker;
  private final InstantSource clock;
  private final LongAdder matched = new LongAdder();
  private final LongAdder unreadable = new LongAdder();
  private final BatchMeter batches = new BatchMeter();
  private final Map<Integer, Progress> progress = new HashMap<>();
  private final Map<Partition, EventLog.Committed> uncommitted = new HashMap<>();
  private final Map<String, Boolean> recent = recentEvents();
  private Set<Partition> held = Set.of();
  private final Loop loop;
  private long committedNanos = System.nanoTime();

  Matcher(
      EventLog log,
      Topic topic,
      SubscriptionFollower requests,
      SubscriptionIndex index,
      Applications applications,
      Endpoints endpoints,
      LaneStore lanes,
      DeliveryWorker worker,
      InstantSource clock) {
    this.log = log;
    this.topic = topic;
    this.requests = requests;
    this.index = index;
    this.applications = applications;
    this.endpoints = endpoints;
    this.lanes = lanes;
    this.worker = worker;
    this.clock = clock;
    this.loop = new Loop("matcher", this::follow, clock);
  }

  /// The latest events that were wanted, so that one that a device sent twice is delivered once.
  private static Map<String, Boolean> recentEvents() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
        return size() > RECENT_MAX;
      }
    };
  }

  void start() {
    loop.start();
  }

  private void follow() throws InterruptedException {
    try (EventLog.Subscription subscription = log.join(GROUP, Set.of(topic))) {
      checkLog();
      while (loop.isOpen()) {
        List<LogRecord> records = subscription.poll(POLL);
        takeOver(subscription.assigned().keySet());
        if (!records.isEmpty() && requests.catchUp(loop)) {
          long began = System.nanoTime();
          match(records);
          batches.done(records.size(), began);
        }
        commit(subscription);
        loop.goesWell();
      }
      commitNow(subscription);
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
    index.prepare(records);
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
      SubscriptionIndex.Match match = ask(record);
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

  /// Who wants it; nobody when it cannot be read, which no repetition would mend.
  private SubscriptionIndex.@Nullable Match ask(LogRecord record) {
    try {
      return index.match(record);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      unreadable.increment();
      LOG.warn("not an event position={}", record.position());
      return null;
    }
  }

  private void add(List<Arrival> arrivals, LogRecord record, SubscriptionIndex.Match match) {
    List<Endpoint> takers = new ArrayList<>();
    for (String application : match.applications()) {
      endpoints
          .of(application)
          .filter(endpoint -> endpoint.state() != Endpoint.State.GONE)
          .filter(endpoint -> applications.isActive(application))
          .ifPresent(takers::add);
    }
    byte[] body = record.value();
    // Ids come from devices: two of them may use the same.
    String identity = match.event().device() + "\n" + match.event().id();
    if (takers.isEmpty() || body == null || recent.putIfAbsent(identity, Boolean.TRUE) != null) {
      return;
    }
    long place = Place.of(record.position().partition().number(), record.position().offset());
    arrivals.add(new Arrival(place, match.event(), body, takers, Arrival.trace(record)));
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

  /// Batches from the moment they were read until they lay in the lanes.
  BatchMeter batches() {
    return batches;
  }

  /// Events that somebody wanted, since the start.
  long matchedCount() {
    return matched.sum();
  }

  /// Records that were passed over because they are no events.
  long unreadableCount() {
    return unreadable.sum();
  }

  /// Since when it waits for the log or the database.
  Optional<Instant> stuckSince() {
    return loop.stuckSince();
  }

  @Override
  public void close() {
    loop.close();
  }
}
