package weir.pipeline;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Subscription;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topics;
import weir.pipeline.RawRecord.Handed;

/// Brings messages back from the retry topic to the raw partition they were handed over from,
/// when they are due. One thread runs it and owns its state.
///
/// Waiting messages are held in memory, at most 10,000 or about 16 MiB of them; then no more
/// are read until some are due, so later ones may wait longer than they should. Per lane and
/// partition one message is on its way at a time, which keeps them in order; messages that
/// wait do not hold up those of another lane.
final class RetryRelay implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RetryRelay.class);
  private static final int HELD_MAX = 10_000;
  static final long HELD_BYTES_MAX = 16 * 1024 * 1024;
  private static final Duration POLL = Duration.ofMillis(200);

  private record Row(int lane, int partition) implements Comparable<Row> {
    @Override
    public int compareTo(Row other) {
      int byLane = Integer.compare(lane, other.lane);
      return byLane != 0 ? byLane : Integer.compare(partition, other.partition);
    }
  }

  private record Held(Position position, long dueMillis, Entry entry) {
    int bytes() {
      byte[] value = entry.value();
      return value == null ? 0 : value.length;
    }
  }

  private final EventLog log;
  private final Topics topics;
  private final PipelineCounts counts;
  private final InstantSource clock;
  private final CountDownLatch closing;
  private final Backoff backoff;
  private final Map<Row, Deque<Held>> rows = new TreeMap<>();
  private final Map<Partition, Long> next = new TreeMap<>();
  private int held;
  private long heldBytes;

  RetryRelay(
      EventLog log,
      Topics topics,
      PipelineCounts counts,
      InstantSource clock,
      CountDownLatch closing) {
    this.log = log;
    this.topics = topics;
    this.counts = counts;
    this.clock = clock;
    this.closing = closing;
    this.backoff = new Backoff(closing);
  }

  @Override
  public void run() {
    try {
      while (closing.getCount() > 0) {
        session();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// A mistake in the program ends a session and stops nothing for ever.
  private void session() throws InterruptedException {
    try (Subscription subscription = log.join(Groups.RETRY, Set.of(topics.retry()))) {
      while (closing.getCount() > 0) {
        turn(subscription);
      }
    } catch (RuntimeException e) {
      LOG.error("the retries failed", e);
      forget();
      boolean _ = backoff.rest();
    }
  }

  private void turn(Subscription subscription) throws InterruptedException {
    try {
      advance(subscription, POLL);
      backoff.reset();
    } catch (LogException away) {
      LOG.warn("retry waits for the log error={}", away.getMessage());
      forget();
      if (!backoff.rest()) {
        subscription.rewind();
      }
    }
  }

  /// What is forgotten is read again. What was told of it stays: it is waited for all the same.
  private void forget() {
    rows.clear();
    next.clear();
    held = 0;
    heldBytes = 0;
  }

  /// Reads what is new, sends what is due, and commits what needs no more reading.
  void advance(Subscription subscription, Duration wait) throws InterruptedException {
    if (held < HELD_MAX && heldBytes < HELD_BYTES_MAX) {
      subscription.poll(wait).forEach(this::hold);
    } else if (nothingIsDue()) {
      boolean _ = closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    }
    tell();
    if (relayDue() > 0) {
      commit(subscription);
      tell();
    }
  }

  private void tell() {
    long first = Long.MAX_VALUE;
    for (Deque<Held> row : rows.values()) {
      first = row.isEmpty() ? first : Math.min(first, row.getFirst().dueMillis);
    }
    counts.waiting(held, first);
  }

  private void hold(LogRecord record) {
    next.put(record.position().partition(), record.position().offset() + 1);
    Handed handed = record.headers().text(HeaderNames.HANDED).map(Handed::parse).orElse(null);
    int lane = handed == null ? Handed.OVERTAKEN : handed.lane();
    int partition = handed == null ? Entry.BY_KEY : handed.partition();
    long due = record.headers().text(HeaderNames.DUE).map(RetryRelay::millis).orElse(0L);
    Held one = new Held(record.position(), due, entry(record, partition));
    rows.computeIfAbsent(new Row(lane, partition), any -> new ArrayDeque<>()).addLast(one);
    held++;
    heldBytes += one.bytes();
  }

  private static long millis(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException notOurs) {
      return 0;
    }
  }

  private Entry entry(LogRecord record, int partition) {
    Headers headers = new Headers();
    for (Headers.Header header : record.headers().entries()) {
      if (!header.name().equals(HeaderNames.DUE)) {
        headers.add(header.name(), header.value());
      }
    }
    return new Entry(
        topics.raw(), partition, record.key(), record.timestampMillis(), record.value(), headers);
  }

  private boolean nothingIsDue() {
    long now = clock.millis();
    return rows.values().stream().noneMatch(row -> isDue(row, now));
  }

  private static boolean isDue(Deque<Held> row, long now) {
    return !row.isEmpty() && row.getFirst().dueMillis <= now;
  }

  /// Sends due messages, the first of each row at a time, and says how many.
  private int relayDue() {
    int sent = 0;
    while (true) {
      long now = clock.millis();
      List<Deque<Held>> due = rows.values().stream().filter(row -> isDue(row, now)).toList();
      if (due.isEmpty()) {
        return sent;
      }
      List<CompletableFuture<Position>> appends = new ArrayList<>();
      due.forEach(row -> appends.add(log.append(row.getFirst().entry)));
      for (int i = 0; i < due.size(); i++) {
        join(appends.get(i));
        heldBytes -= due.get(i).removeFirst().bytes();
        held--;
        sent++;
        counts.relayed.increment();
      }
    }
  }

  private static void join(CompletableFuture<Position> append) {
    try {
      append.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof LogException away
          ? away
          : new LogException("the log refused a message to be tried again", e);
    }
  }

  /// Everything before the oldest message still held is done.
  private void commit(Subscription subscription) {
    Map<Partition, Committed> commits = new TreeMap<>();
    next.forEach((partition, offset) -> commits.put(partition, new Committed(offset, "")));
    for (Deque<Held> row : rows.values()) {
      for (Held one : row) {
        Partition partition = one.position.partition();
        Committed known = commits.get(partition);
        if (known != null && one.position.offset() < known.offset()) {
          commits.put(partition, new Committed(one.position.offset(), ""));
        }
      }
    }
    subscription.commit(commits);
  }
}
