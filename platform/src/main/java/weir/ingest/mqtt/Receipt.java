package weir.ingest.mqtt;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// Follows a message until every session that queued it has let go of it. A session that had no
/// room for it, or is gone, does not count; when there is no other, nobody took it. Safe for use by
/// many threads.
final class Receipt {

  /// What became of a message in one session.
  enum Fate {
    /// The client has it, or it was sent and needs no acknowledgement.
    TAKEN,
    /// The session ended, or the message expired, before that.
    LOST
  }

  private final AtomicInteger open = new AtomicInteger(1);
  private final CompletableFuture<Boolean> taken = new CompletableFuture<>();
  private volatile boolean queued;
  private volatile boolean lost;

  void queued() {
    queued = true;
    open.incrementAndGet();
  }

  void settled(Fate fate) {
    if (fate == Fate.LOST) {
      lost = true;
    }
    if (open.decrementAndGet() == 0) {
      taken.complete(queued && !lost);
    }
  }

  /// The message was offered to all; from now on the answer can come: whether somebody queued it,
  /// and all who did took it.
  CompletableFuture<Boolean> offered() {
    settled(Fate.TAKEN);
    return taken;
  }
}
