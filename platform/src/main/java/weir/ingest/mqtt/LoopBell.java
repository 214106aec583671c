package weir.ingest.mqtt;

import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Wakes an event loop for connections that have something to send. However many connections ring,
/// and however often, at most one task waits in the loop: acknowledgements come in bursts of
/// thousands from the log's thread.
final class LoopBell implements Runnable {

  private final EventLoop loop;
  private final Queue<Connection> ringing = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  LoopBell(EventLoop loop) {
    this.loop = loop;
  }

  /// Called once for each connection until it was drained.
  void ring(Connection connection) {
    ringing.add(connection);
    if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
      try {
        loop.execute(this);
      } catch (RejectedExecutionException stopped) {
        ringing.clear(); // The loop has stopped, and with it all of its connections.
      }
    }
  }

  @Override
  public void run() {
    scheduled.set(false);
    for (Connection next = ringing.poll(); next != null; next = ringing.poll()) {
      drain(next);
    }
  }

  /// A fault of one connection ends that one, and holds up no other.
  private static void drain(Connection connection) {
    try {
      connection.drain();
    } catch (RuntimeException e) {
      connection.failed(e);
    }
  }
}
