package weir.ingest.mqtt;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// Ends a connection when the credential that it showed has expired. One entry among the timers of
/// the connection's event loop, taken out when the connection ends before. Owned by that loop.
final class Expiry implements Runnable {

  /// The longest wait, after which the clock is asked again: it may have been set.
  private static final Duration GLANCE = Duration.ofMinutes(1);

  private final Connection connection;
  private final EventLoop loop;
  private final Instant end;
  private final InstantSource clock;
  private Future<?> next;

  Expiry(Connection connection, EventLoop loop, Instant end, InstantSource clock) {
    this.connection = connection;
    this.loop = loop;
    this.end = end;
    this.clock = clock;
    this.next = schedule();
  }

  private Future<?> schedule() {
    Duration left = Duration.between(clock.instant(), end);
    Duration wait = left.compareTo(GLANCE) < 0 ? left : GLANCE;
    return loop.schedule(this, wait.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    if (clock.instant().isBefore(end)) {
      next = schedule();
    } else {
      connection.bar("the credential has expired");
    }
  }

  void cancel() {
    boolean _ = next.cancel(false);
  }
}
