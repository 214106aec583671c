package weir.ingest.mqtt;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// The connections of one event loop that do not read because the log has not caught up. One timer
/// looks for room for all of them; they read again in the order in which they stopped. Owned by its
/// event loop.
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as a closed channel.
final class ReadGate {

  private static final long RETRY_MILLIS = 2;

  private final EventLoop loop;
  private final Deque<PacketDecoder> waiting = new ArrayDeque<>();
  private boolean armed;

  ReadGate(EventLoop loop) {
    this.loop = loop;
  }

  /// Resumes the connection once it may take a message again.
  void await(PacketDecoder decoder) {
    waiting.add(decoder);
    arm();
  }

  private void arm() {
    if (!armed) {
      armed = true;
      loop.schedule(this::look, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    armed = false;
    for (int left = waiting.size(); left > 0; left--) {
      PacketDecoder next = waiting.remove();
      if (next.mayTake()) {
        next.resume();
      } else {
        waiting.add(next);
      }
    }
    if (!waiting.isEmpty()) {
      arm();
    }
  }
}
