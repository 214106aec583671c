package weir.ingest.mqtt;

import java.util.concurrent.atomic.AtomicLong;

/// The bytes that many may hold together, such as those that wait for all sessions. Safe for
/// use by many threads.
final class QueueBudget {

  private final long bytesMax;
  private final AtomicLong bytes = new AtomicLong();

  QueueBudget(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  boolean take(int cost) {
    if (bytes.addAndGet(cost) > bytesMax) {
      bytes.addAndGet(-cost);
      return false;
    }
    return true;
  }

  long bytes() {
    return bytes.get();
  }

  void giveBack(long cost) {
    bytes.addAndGet(-cost);
  }
}
