package weir.app;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Outbox;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.Position;
import weir.log.Topic;

/// Tells the log what changed in the registry, from the registry's outbox: every change at least
/// once, in order. While the log cannot be written the changes wait in the outbox.
final class DeviceChangeRelay implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(DeviceChangeRelay.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final int BATCH = 1_000;

  private final Outbox outbox;
  private final EventLog log;
  private final Topic topic;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  DeviceChangeRelay(Outbox outbox, EventLog log, Topic topic) {
    this.outbox = outbox;
    this.log = log;
    this.topic = topic;
    this.thread = Thread.ofVirtual().name("device-changes").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      boolean more = false;
      while (!stop.await(more ? 0 : PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        more = relay();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Appends what waits; true when there may be more.
  private boolean relay() {
    List<Outbox.Change> changes = outbox.pending(BATCH);
    List<CompletableFuture<Position>> appends = new ArrayList<>();
    for (Outbox.Change change : changes) {
      appends.add(log.append(entry(change)));
    }
    try {
      appends.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      LOGGER.warn("device changes wait for the log count={}", changes.size());
      return false;
    }
    if (!changes.isEmpty()) {
      outbox.done(changes.stream().map(Outbox.Change::id).toList());
    }
    return changes.size() == BATCH;
  }

  private Entry entry(Outbox.Change change) {
    String json = change.json();
    return new Entry(
        topic,
        Entry.BY_KEY,
        change.device().value(),
        System.currentTimeMillis(),
        json == null ? null : json.getBytes(StandardCharsets.UTF_8),
        new Headers());
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
