package weir.view;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Something done again and again by a virtual thread of its own, which rests in between until it
/// is woken, or for as long as the last turn said.
public final class Pulse implements AutoCloseable {

  private static final Duration END_WITHIN = Duration.ofSeconds(3);

  private final Semaphore wake = new Semaphore(0);
  private final Supplier<Duration> turn;
  private final Runnable end;
  private final Thread thread;
  private volatile boolean closing;

  /// @param turn returns how long to rest after it
  /// @param end done by the same thread when it has been closed
  public Pulse(String name, Supplier<Duration> turn, Runnable end) {
    this.turn = turn;
    this.end = end;
    thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public void wake() {
    wake.release();
  }

  public boolean isClosing() {
    return closing;
  }

  private void run() {
    try {
      while (!closing) {
        Duration rest = turn.get();
        if (wake.tryAcquire(rest.toMillis(), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end.run();
    }
  }

  @Override
  public void close() {
    closing = true;
    wake.release();
    try {
      thread.join(END_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
