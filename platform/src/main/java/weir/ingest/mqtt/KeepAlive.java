package weir.ingest.mqtt;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import weir.ingest.mqtt.packet.ReasonCode;

/// Ends a connection from which no packet came for one and a half times its keep-alive
/// (section 3.1.2.10). Owned by the connection's event loop; one timer, taken out when the
/// connection ends before.
final class KeepAlive implements Runnable {

  private final Connection connection;
  private final EventLoop loop;
  private final long limitNanos;
  private long heardNanos;
  private Future<?> next;

  KeepAlive(Connection connection, EventLoop loop, int seconds, long nowNanos) {
    this.connection = connection;
    this.loop = loop;
    this.limitNanos = TimeUnit.SECONDS.toNanos(seconds) * 3 / 2;
    this.heardNanos = nowNanos;
    this.next = loop.schedule(this, limitNanos, TimeUnit.NANOSECONDS);
  }

  /// A packet came, or the server itself is not reading.
  void heard(long nowNanos) {
    heardNanos = nowNanos;
  }

  @Override
  public void run() {
    if (!(connection.stage() instanceof Stage.Active)) {
      return;
    }
    long silentNanos = System.nanoTime() - heardNanos;
    if (silentNanos >= limitNanos && !connection.isPaused()) {
      connection.lost(ReasonCode.KEEP_ALIVE_TIMEOUT, "no packet within 1.5 times the keep-alive");
    } else {
      long waitNanos = Math.max(limitNanos - silentNanos, limitNanos / 3);
      next = loop.schedule(this, waitNanos, TimeUnit.NANOSECONDS);
    }
  }

  void cancel() {
    boolean _ = next.cancel(false);
  }
}
