package weir.series;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.EventKey;
import weir.event.HeaderNames;
import weir.event.Reading;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topics;
import weir.meter.BatchMeter;
import weir.meter.Histogram;
import weir.trace.Step;
import weir.trace.Traces;

/// The loop from the enriched topic to the store: reads a batch, writes it, then commits its
/// position and the books in one go. One thread of its own.
///
/// A store or log that cannot be used is waited for, as long as it takes; nothing is set aside
/// for it. An event that the store refuses is found by halving the batch and set aside as a
/// dead letter; the rest is stored. An unexpected error gets two more tries and then the same
/// treatment, unless there are too many.
public final class SeriesWriter implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SeriesWriter.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LINGER_MAX = Duration.ofMillis(100);
  private static final Duration RECENT = Duration.ofMinutes(30);
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final EventLog log;
  private final Topics topics;
  private final SeriesStore store;
  private final SeriesSettings settings;
  private final InstantSource clock;
  private final Traces traces;
  private final Sieve sieve;
  private final DeadLetterBox aside;
  private final RecentEvents recent;
  private final WriterFigures figures = new WriterFigures();
  private final BatchMeter batches = new BatchMeter();
  private final Histogram delays = Histogram.ofTimes();
  private final CountDownLatch stop = new CountDownLatch(1);
  private @Nullable Thread thread;
  private boolean recentLoaded;

  public SeriesWriter(
      EventLog log,
      Topics topics,
      SeriesStore store,
      SeriesSettings settings,
      InstantSource clock,
      Traces traces) {
    this.log = log;
    this.topics = topics;
    this.store = store;
    this.settings = settings;
    this.clock = clock;
    this.traces = traces;
    this.sieve = new Sieve(store, settings, clock);
    this.aside = new DeadLetterBox(log, topics);
    this.recent = new RecentEvents(settings.repeatWindow());
  }

  public void start() {
    // A platform thread: the store keeps native memory for every thread that writes.
    thread = Thread.ofPlatform().name("weir-series-writer").daemon().start(this::run);
  }

  private void run() {
    int failures = 0;
    while (isRunning()) {
      try (EventLog.Subscription subscription =
          log.join(Groups.SERIES, Set.of(topics.enriched()))) {
        while (isRunning()) {
          failures = round(subscription, failures);
        }
      } catch (LogException e) {
        pause(++failures, e);
      }
    }
  }

  private boolean isRunning() {
    return stop.getCount() > 0;
  }

  /// One batch; returns how many times in a row it has failed now.
  private int round(EventLog.Subscription subscription, int failures) {
    try {
      loadRecent();
      step(subscription, failures);
      if (failures > 0) {
        figures.recovered();
        LOG.info("writing goes on failures={}", failures);
      }
      return 0;
    } catch (StoreException | LogException e) {
      pause(failures + 1, e);
    } catch (RuntimeException e) {
      LOG.error("unexpected error while writing failures={}", failures + 1, e);
      pause(failures + 1, e);
    }
    subscription.rewind();
    return failures + 1;
  }

  /// After a crash the newest events may come again; those without a time of their own can only
  /// be told by id.
  private void loadRecent() {
    if (recentLoaded) {
      return;
    }
    if (!store.awaitQueryable(START_LIMIT)) {
      throw new StoreException("the store does not catch up with what was written before");
    }
    store.keysSince(clock.instant().minus(RECENT), settings.repeatWindow()).forEach(recent::add);
    recentLoaded = true;
  }

  private void step(EventLog.Subscription subscription, int failures) {
    List<LogRecord> records = gather(subscription);
    if (records.isEmpty()) {
      return;
    }
    long began = System.nanoTime();
    Batch batch = new Batch(records, subscription.assigned());
    List<Batch.Pending> fresh = withoutKnown(batch.pending());
    for (Sieve.Refused refused : sieve.store(fresh, failures)) {
      batch.refuse(refused.one(), refused.why());
    }
    aside.put(batch.refused());
    remember(fresh);
    subscription.commit(batch.positions());
    if (traces.isOn()) {
      follow(fresh, began);
    }
    count(batch, fresh);
    batches.done(records.size(), began);
    long waitedMillis = clock.millis() - records.getFirst().timestampMillis();
    delays.record(TimeUnit.MILLISECONDS.toNanos(Math.max(0, waitedMillis)));
  }

  /// Polls until there are enough records or the first has waited long enough.
  private List<LogRecord> gather(EventLog.Subscription subscription) {
    List<LogRecord> records = new ArrayList<>(subscription.poll(POLL));
    if (records.isEmpty()) {
      return records;
    }
    Map<Partition, EventLog.Committed> assigned = Map.copyOf(subscription.assigned());
    long linger = Math.min(settings.batchTimeout().toNanos(), LINGER_MAX.toNanos());
    long deadline = System.nanoTime() + linger;
    long left = linger;
    while (records.size() < settings.batchSize() && left > 0 && isRunning()) {
      records.addAll(subscription.poll(Duration.ofNanos(left)));
      if (!assigned.equals(subscription.assigned())) {
        subscription.rewind();
        return List.of();
      }
      left = deadline - System.nanoTime();
    }
    return records;
  }

  /// Leaves out what the same device sent lately under the same id, whatever their times: the store
  /// alone would tell them apart by time.
  private List<Batch.Pending> withoutKnown(List<Batch.Pending> pending) {
    List<Batch.Pending> fresh = new ArrayList<>(pending.size());
    Set<EventKey> here = new HashSet<>();
    for (Batch.Pending one : pending) {
      EventKey key = one.event().key();
      if (!recent.contains(key) && here.add(key)) {
        fresh.add(one);
      }
    }
    return fresh;
  }

  private void remember(List<Batch.Pending> written) {
    for (Batch.Pending one : written) {
      recent.add(one.event().key());
    }
  }

  private void follow(List<Batch.Pending> stored, long began) {
    for (Batch.Pending one : stored) {
      String parent = one.record().headers().text(HeaderNames.TRACE).orElse(null);
      Step step = parent == null ? null : traces.begin(Traces.Kind.PROCESS, "store", parent, began);
      if (step != null) {
        step.with("weir.batch_events", stored.size()).end();
      }
    }
  }

  private void count(Batch batch, List<Batch.Pending> fresh) {
    long readings = 0;
    long newest = 0;
    for (Batch.Pending one : fresh) {
      List<Reading> ofEvent = one.event().readings();
      readings += ofEvent.size();
      newest = Math.max(newest, one.record().timestampMillis());
    }
    int known = batch.pending().size() - fresh.size();
    figures.wrote(
        fresh.size(), readings, batch.repeats() + known, batch.refused(), newest, clock.instant());
  }

  private void pause(int failures, RuntimeException cause) {
    String reason = String.valueOf(cause.getMessage());
    figures.stuck(clock.instant(), reason);
    LOG.warn("writing waits failures={} reason={}", failures, reason);
    long most =
        Math.min(
            settings.retryDelayMax().toMillis(),
            settings.retryDelayMin().toMillis() << Math.min(failures - 1, 20));
    long millis = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    try {
      stop.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop.countDown();
    }
  }

  /// Batches from the moment they were read until their positions were committed.
  public BatchMeter batches() {
    return batches;
  }

  /// How long after a door had it the first event of each batch was stored.
  public Histogram delays() {
    return delays;
  }

  public WriterHealth health() {
    return figures.health();
  }

  /// Ends after the batch at hand. What was not committed is read again at the next start.
  @Override
  public void close() {
    stop.countDown();
    Thread running = thread;
    if (running == null) {
      return;
    }
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
