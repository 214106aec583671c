package weir.ingest.broker;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.RawMessage;
import weir.ingest.Intake;
import weir.ingest.Refusal;

/// Brings messages to the intake, and keeps those that it cannot take now, in order, until it can:
/// a broker does not send again on the same connection. One thread tries the first of them four
/// times a second. Bounded by what a sender may have unacknowledged; QoS 0 is not kept.
final class Arrivals implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Arrivals.class);
  private static final long PAUSE_MILLIS = 250;

  private record Arrival(RawMessage message, Runnable acknowledge) {}

  private final Intake intake;
  private final Queue<Arrival> held = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Thread thread = Thread.ofVirtual().name("broker-arrivals").unstarted(this::run);
  private boolean closed;

  Arrivals(Intake intake) {
    this.intake = intake;
  }

  void start() {
    thread.start();
  }

  /// Never blocks.
  ///
  /// @param acknowledge run once the log has the message
  void take(RawMessage message, Runnable acknowledge) {
    Arrival arrival = new Arrival(message, acknowledge);
    lock.lock();
    try {
      if (held.isEmpty() || message.qos() == 0) {
        intake.accept(message, refusal -> answered(arrival, refusal));
      } else {
        hold(arrival);
      }
    } finally {
      lock.unlock();
    }
  }

  private void answered(Arrival arrival, @Nullable Refusal refusal) {
    if (refusal == null) {
      arrival.acknowledge.run();
      return;
    }
    switch (refusal.kind()) {
      case BUSY, LOG_UNAVAILABLE -> hold(arrival);
      case TOO_LARGE, OVER_QUOTA -> {
        // It will never fit. Left unacknowledged it would come again for ever.
        LOGGER.warn("message not accepted topic={}: {}", arrival.message.path(), refusal.detail());
        arrival.acknowledge.run();
      }
    }
  }

  private void hold(Arrival arrival) {
    if (arrival.message.qos() == 0) {
      return;
    }
    lock.lock();
    try {
      held.add(arrival);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitHeld()) {
        if (intake.hasRoom() && firstIsAccepted()) {
          takeRest();
        } else {
          pause();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// False when there is nothing left to do.
  private boolean awaitHeld() throws InterruptedException {
    lock.lock();
    try {
      while (held.isEmpty() && !closed) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void pause() throws InterruptedException {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS);
      while (!closed && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean firstIsAccepted() {
    Arrival first = first();
    CompletableFuture<Boolean> accepted = new CompletableFuture<>();
    intake.append(first.message, refusal -> accepted.complete(refusal == null));
    return accepted.join();
  }

  private Arrival first() {
    lock.lock();
    try {
      return held.element();
    } finally {
      lock.unlock();
    }
  }

  /// Hands over all that waited, before anything that comes now.
  private void takeRest() {
    lock.lock();
    try {
      held.remove().acknowledge.run();
      int count = held.size();
      for (int i = 0; i < count; i++) {
        Arrival next = held.remove();
        intake.append(next.message, refusal -> answered(next, refusal));
      }
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
