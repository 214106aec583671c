package weir.app.life;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Outbox;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.Position;
import weir.log.Topic;

/// Tells what changed in the registry, from the registry's outbox: every change at least once, in
/// order, first to the log and then to those who subscribed over MQTT.
///
/// A change stays in the outbox until those who subscribed have taken it and all before it, so that
/// after a kill it is told again. One thread; what fails is told again, with all that came after
/// it. Of the processes that share a registry one tells, and another takes over when that one
/// ends.
public final class DeviceChangeRelay implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(DeviceChangeRelay.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration GLANCE = Duration.ofMillis(20);
  private static final int BATCH = 500;
  private static final int UNCONFIRMED_MAX = 20_000;

  /// Tells one change. Never waits.
  @FunctionalInterface
  public interface Announcement {

    /// @return completes when those who subscribed have taken it, or are not waited for any longer;
    ///     fails when it must be told again; empty when it cannot be told now
    Optional<CompletableFuture<?>> tell(Outbox.Change change);
  }

  private record Told(long id, CompletableFuture<?> taken) {}

  private final Outbox outbox;
  private final EventLog log;
  private final Topic topic;
  private final Announcement announcement;
  private final Thread thread;
  private final Deque<Outbox.Change> waiting = new ArrayDeque<>();
  private final Deque<Told> unconfirmed = new ArrayDeque<>();
  private long fetchedUpTo;
  private long confirmedUpTo;
  private long doneUpTo;
  private volatile String trouble = "";
  private volatile boolean closed;

  public DeviceChangeRelay(Outbox outbox, EventLog log, Topic topic, Announcement announcement) {
    this.outbox = outbox;
    this.log = log;
    this.topic = topic;
    this.announcement = announcement;
    this.thread = Thread.ofVirtual().name("device-changes").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// What is wrong with it, if anything.
  public Optional<String> trouble() {
    return Optional.of(trouble).filter(text -> !text.isEmpty());
  }

  private void run() {
    try {
      while (!closed) {
        outbox.awaitNews(relayOrPause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      outbox.giveUp();
    }
  }

  private Duration relayOrPause() {
    try {
      Duration pause = PAUSE;
      if (outbox.isMine()) {
        pause = relay();
      } else {
        beginAnew();
      }
      trouble = "";
      return pause;
    } catch (RuntimeException e) {
      LOGGER.warn("device changes wait", e);
      trouble = "device changes wait: " + e.getMessage();
      return PAUSE;
    }
  }

  /// What is left in the outbox is read again, when it is this process's turn.
  private void beginAnew() {
    waiting.clear();
    unconfirmed.clear();
    fetchedUpTo = 0;
    confirmedUpTo = 0;
    doneUpTo = 0;
  }

  /// Tells what waits, and answers how long to wait for more.
  private Duration relay() {
    if (!confirm()) {
      beginAnew();
      return PAUSE;
    }
    if (waiting.isEmpty() && !fetch()) {
      return unconfirmed.isEmpty() ? PAUSE : GLANCE;
    }
    while (!waiting.isEmpty() && unconfirmed.size() < UNCONFIRMED_MAX) {
      Outbox.Change change = waiting.element();
      Optional<CompletableFuture<?>> taken = announcement.tell(change);
      if (taken.isEmpty()) {
        return GLANCE;
      }
      unconfirmed.add(new Told(change.id(), taken.get()));
      waiting.remove();
    }
    return waiting.isEmpty() ? Duration.ZERO : GLANCE;
  }

  /// Only what is confirmed without a gap is forgotten, so that what is told again is in order too.
  /// False when the next could not be told.
  private boolean confirm() {
    boolean failed = false;
    while (!unconfirmed.isEmpty() && unconfirmed.element().taken().isDone() && !failed) {
      failed = unconfirmed.element().taken().isCompletedExceptionally();
      confirmedUpTo = failed ? confirmedUpTo : unconfirmed.remove().id();
    }
    if (confirmedUpTo > doneUpTo) {
      outbox.done(confirmedUpTo);
      doneUpTo = confirmedUpTo;
    }
    return !failed;
  }

  private boolean fetch() {
    List<Outbox.Change> changes = outbox.pending(fetchedUpTo, BATCH);
    if (changes.isEmpty()) {
      return false;
    }
    append(changes);
    waiting.addAll(changes);
    fetchedUpTo = changes.getLast().id();
    return true;
  }

  private void append(List<Outbox.Change> changes) {
    List<CompletableFuture<Position>> appends = new ArrayList<>();
    changes.forEach(change -> appends.add(log.append(entry(change))));
    try {
      appends.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      throw new IllegalStateException("the log does not take them", e);
    }
  }

  private Entry entry(Outbox.Change change) {
    String json = change.kind() == Outbox.Change.Kind.DELETED ? null : change.json();
    return new Entry(
        topic,
        Entry.BY_KEY,
        change.device().value(),
        change.at().toEpochMilli(),
        json == null ? null : json.getBytes(StandardCharsets.UTF_8),
        new Headers());
  }

  @Override
  public void close() {
    closed = true;
    outbox.wake();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
