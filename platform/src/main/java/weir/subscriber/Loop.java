package weir.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DirectoryException;
import weir.log.LogException;

/// Work that goes on until it is closed, on a virtual thread of its own, in sessions. What a
/// session throws ends that session only; another one begins a second later. So a log or database
/// that is away is waited for, and a mistake in the program is logged, seen in the health, and
/// stops nothing for ever.
public final class Loop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String name;
  private final Session session;
  private final InstantSource clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Trouble trouble;

  /// @param since when the first of the sessions that failed in a row did
  private record Trouble(Instant since, String reason) {}

  /// Some of the work: as much as there is, or until the loop is closed.
  @FunctionalInterface
  public interface Session {
    void run() throws InterruptedException;
  }

  public Loop(String name, Session session, InstantSource clock) {
    this.name = name;
    this.session = session;
    this.clock = clock;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (isOpen()) {
        runOnce();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runOnce() throws InterruptedException {
    try {
      session.run();
      goesWell();
    } catch (LogException | JdbiException | DirectoryException e) {
      LOG.warn("a loop waits loop={} reason={}", name, e.getMessage());
      rest(e);
    } catch (RuntimeException e) {
      LOG.error("a loop failed loop={}", name, e);
      rest(e);
    }
  }

  private void rest(RuntimeException cause) throws InterruptedException {
    Trouble before = trouble;
    Instant since = before == null ? clock.instant() : before.since();
    trouble = new Trouble(since, String.valueOf(cause.getMessage()));
    boolean _ = pause(PAUSE);
  }

  /// Whether to go on.
  public boolean isOpen() {
    return stop.getCount() > 0;
  }

  /// Waits so long, or until the loop is closed; whether to go on then.
  public boolean pause(Duration time) throws InterruptedException {
    return !stop.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Tells of a session that goes on that all is well.
  public void goesWell() {
    trouble = null;
  }

  /// Since when nothing goes well.
  public Optional<Instant> stuckSince() {
    return Optional.ofNullable(trouble).map(Trouble::since);
  }

  /// Why the last session ended; empty when all is well.
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble).map(Trouble::reason);
  }

  /// Ends it and waits for that, at most ten seconds.
  @Override
  public void close() {
    stop.countDown();
    try {
      boolean _ = thread.isAlive() && thread.join(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
