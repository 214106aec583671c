package weir.app;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Outbox;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.Position;
import weir.log.Topic;

/// Tells what changed in the registry, from the registry's outbox: every change at least once, in
/// order, first to the log and then to those who subscribed over MQTT. What cannot be told waits in
/// the outbox, over a restart too. Of the processes that share a registry one tells, and another
/// takes over when that one ends.
final class DeviceChangeRelay implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(DeviceChangeRelay.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration GLANCE = Duration.ofMillis(10);
  private static final int BATCH = 500;

  /// Tells one change; false when that is not possible now. Never waits.
  @FunctionalInterface
  interface Announcement {
    boolean tell(Outbox.Change change);
  }

  private final Outbox outbox;
  private final EventLog log;
  private final Topic topic;
  private final Announcement announcement;
  private final Thread thread;
  private long appendedUpTo;
  private volatile boolean closed;

  DeviceChangeRelay(Outbox outbox, EventLog log, Topic topic, Announcement announcement) {
    this.outbox = outbox;
    this.log = log;
    this.topic = topic;
    this.announcement = announcement;
    this.thread = Thread.ofVirtual().name("device-changes").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        outbox.awaitNews(relayIfPossible());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      outbox.giveUp();
    }
  }

  private Duration relayIfPossible() {
    try {
      return outbox.isMine() ? relay() : PAUSE;
    } catch (JdbiException e) {
      LOGGER.warn("device changes wait for the registry reason={}", e.getMessage());
      return PAUSE;
    }
  }

  /// Tells what waits, and answers how long to wait for more.
  private Duration relay() {
    List<Outbox.Change> changes = outbox.pending(BATCH);
    if (changes.isEmpty() || !append(changes)) {
      return PAUSE;
    }
    List<Long> told = new ArrayList<>(changes.size());
    for (Outbox.Change change : changes) {
      if (!announcement.tell(change)) {
        break;
      }
      told.add(change.id());
    }
    outbox.done(told);
    return told.size() == BATCH ? Duration.ZERO : GLANCE;
  }

  private boolean append(List<Outbox.Change> changes) {
    List<CompletableFuture<Position>> appends = new ArrayList<>();
    for (Outbox.Change change : changes) {
      if (change.id() > appendedUpTo) {
        appends.add(log.append(entry(change)));
      }
    }
    try {
      appends.forEach(CompletableFuture::join);
      appendedUpTo = changes.getLast().id();
      return true;
    } catch (CompletionException e) {
      LOGGER.warn("device changes wait for the log count={}", changes.size());
      return false;
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
