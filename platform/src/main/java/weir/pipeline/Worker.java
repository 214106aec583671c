package weir.pipeline;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DirectoryException;
import weir.log.EventLog;
import weir.log.EventLog.Subscription;
import weir.log.Groups;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;

/// The loop: reads a batch, decides on it, appends, and commits what the log has made durable
/// together with its counts. One thread runs it and owns all its state.
///
/// While one batch is on its way to the log the next is decoded. A shared part that is away
/// makes it wait and try again for as long as it takes, without setting anything aside.
final class Worker implements Runnable, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LOOK = Duration.ofMillis(200);
  private static final int FLIGHTS_MAX = 2;

  private final EventLog log;
  private final Subscription subscription;
  private final Batches batches;
  private final Entries entries;
  private final PipelineCounts counts;
  private final InstantSource clock;
  private final Duration commitInterval;
  private final CountDownLatch closing;
  private final ProgressMap progress;
  private final Backoff backoff;

  /// When things are done, and until when.
  record Timing(InstantSource clock, Duration commitInterval, CountDownLatch closing) {}

  private final Deque<Flight> flights = new ArrayDeque<>();
  private long commitDueMillis;

  Worker(
      EventLog log,
      Subscription subscription,
      Batches batches,
      Entries entries,
      PipelineCounts counts,
      Timing timing) {
    this.log = log;
    this.subscription = subscription;
    this.batches = batches;
    this.entries = entries;
    this.counts = counts;
    this.clock = timing.clock;
    this.commitInterval = timing.commitInterval;
    this.closing = timing.closing;
    this.progress = new ProgressMap(log, Groups.PIPELINE, entries.enrichedTopic());
    this.backoff = new Backoff(closing);
  }

  @Override
  public void run() {
    try (this) {
      while (closing.getCount() > 0) {
        turn(POLL);
      }
      finish();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// One turn of the loop; never throws what waiting can mend.
  void turn(Duration wait) throws InterruptedException {
    try {
      if (counts.stopped()) {
        boolean _ = closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        return;
      }
      advance(wait);
      if (backoff.isUsed()) {
        backoff.reset();
        counts.unstuck();
      }
    } catch (LogException | DirectoryException away) {
      LOG.warn("waiting for a shared part error={}", away.getMessage());
      counts.stuck(String.valueOf(away.getMessage()));
      startOver();
    } catch (LineStoppedException stopped) {
      LOG.error("stopped, unexpected errors come too often", stopped);
      counts.stop("unexpected errors come too often: " + stopped.getCause());
      startOver();
    }
  }

  /// Reads a batch, sends it on its way, settles what is due and commits what is done.
  void advance(Duration wait) throws InterruptedException {
    List<LogRecord> records = subscription.poll(wait);
    progress.keep(subscription.assigned().keySet());
    if (!records.isEmpty() && takeOver(records)) {
      Flight flight = batches.work(records, progress, counts);
      flights.addLast(flight);
      flight.start(log);
    }
    while (flights.size() >= (records.isEmpty() ? 1 : FLIGHTS_MAX)) {
      settleOldest();
    }
    if (clock.millis() >= commitDueMillis) {
      commit();
    }
  }

  /// Begins with the partitions that are new, or that are read again after a rebalance. False when
  /// somebody else had a partition meanwhile, and all is read again from what was committed.
  private boolean takeOver(List<LogRecord> records) throws InterruptedException {
    Set<Partition> seen = new HashSet<>();
    for (LogRecord record : records) {
      Partition partition = record.position().partition();
      Progress known = seen.add(partition) ? progress.ifHeld(partition) : null;
      if (known != null && known.isAhead(record.position().offset())) {
        dropAll();
        return false;
      }
      if (known != null && known.isBehind(record.position().offset())) {
        progress.forget(partition);
      }
    }
    if (progress.takeOver(seen)) {
      commit();
    }
    return true;
  }

  private void dropAll() throws InterruptedException {
    for (Flight flight : flights) {
      await(flight);
    }
    flights.clear();
    progress.forgetAll();
    subscription.rewind();
  }

  private void settleOldest() throws InterruptedException {
    Flight oldest = flights.getFirst();
    await(oldest);
    if (oldest.sent().stream().anyMatch(Flight.Sent::failed)) {
      mend();
    }
    flights.removeFirst();
    counts.batches.done(oldest.messages(), oldest.beganNanos());
    noteEnriched(oldest);
    oldest
        .shares()
        .forEach(
            (partition, share) -> {
              if (progress.ifHeld(partition) == share.progress) {
                share.progress.finish(share);
              }
            });
  }

  private void noteEnriched(Flight flight) {
    for (Flight.Sent sent : flight.sent()) {
      if (entries.isEnriched(sent.entry)) {
        Flight.Share share = flight.shareOf(sent.origin);
        share.enrichedNext = Math.max(share.enrichedNext, sent.offset() + 1);
      }
    }
  }

  /// Waits for the log's answers. A log that is away answers in the end; only closing gives up.
  private void await(Flight flight) throws InterruptedException {
    while (!flight.await(LOOK)) {
      if (closing.getCount() == 0) {
        throw new LogException("closed while waiting for the log");
      }
    }
  }

  /// Repeats failed appends until the log has them all.
  private void mend() throws InterruptedException {
    for (Flight flight : flights) {
      await(flight);
    }
    Mending mending = new Mending(log, entries, flights);
    while (!mending.isDone()) {
      counts.stuck("the log refuses to append");
      if (backoff.rest()) {
        throw new LogException("closed while the log was away");
      }
      mending.attempt(this::await);
    }
  }

  private void commit() {
    commitDueMillis = clock.millis() + commitInterval.toMillis();
    var commits = progress.toCommit();
    if (!commits.isEmpty()) {
      subscription.commit(commits);
      progress.committed();
    }
  }

  /// Reads again from what was committed, after a pause. What is on its way is committed first, so
  /// that it is not written again and again while the other part is away.
  private void startOver() throws InterruptedException {
    finish();
    flights.clear();
    progress.forgetAll();
    if (!backoff.rest()) {
      subscription.rewind();
    }
  }

  /// Lets what is on its way arrive, and commits it.
  private void finish() throws InterruptedException {
    try {
      while (!flights.isEmpty()) {
        settleOldest();
      }
      commit();
    } catch (LogException away) {
      LOG.warn("work stays uncommitted error={}", away.getMessage());
    }
  }

  /// Leaves the group. What was not committed is read again by whoever takes over.
  @Override
  public void close() {
    subscription.close();
  }
}
