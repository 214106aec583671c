package weir.pipeline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Partition;
import weir.log.Tally;

/// One batch whose entries are on their way to the log. Built and settled by one worker; the log's
/// threads only report what became of each entry.
final class Flight {

  /// One entry on its way.
  static final class Sent {
    final Entry entry;
    final RawRecord origin;
    final String family;
    private volatile boolean failed;
    private volatile long offset = -1;

    Sent(Entry entry, RawRecord origin, String family) {
      this.entry = entry;
      this.origin = origin;
      this.family = family;
    }

    boolean failed() {
      return failed;
    }

    /// Where the log put it; -1 when it did not.
    long offset() {
      return offset;
    }
  }

  /// The share of one raw partition in the batch.
  static final class Share {
    final Progress progress;
    final Tally counts = new Tally();
    long next;
    long enrichedNext;
    long[] lanes = new long[0];

    Share(Progress progress) {
      this.progress = progress;
    }
  }

  private final List<Sent> sent = new ArrayList<>();
  private final Map<Partition, Share> shares = new TreeMap<>();
  private final long beganNanos = System.nanoTime();
  private final int messages;
  private @Nullable CountDownLatch open;

  /// @param messages how many it carries
  Flight(int messages) {
    this.messages = messages;
  }

  int messages() {
    return messages;
  }

  /// When the batch was read, by [System#nanoTime].
  long beganNanos() {
    return beganNanos;
  }

  Share share(Partition partition, Progress progress) {
    return shares.computeIfAbsent(partition, any -> new Share(progress));
  }

  Share shareOf(RawRecord raw) {
    return Objects.requireNonNull(shares.get(raw.record().position().partition()));
  }

  Map<Partition, Share> shares() {
    return shares;
  }

  void add(Entry entry, RawRecord origin, String family) {
    sent.add(new Sent(entry, origin, family));
  }

  List<Sent> sent() {
    return sent;
  }

  /// Hands everything to the log, in order.
  void start(EventLog log) {
    append(log, sent);
  }

  /// Hands these to the log once more, in order.
  void append(EventLog log, List<Sent> entries) {
    CountDownLatch latch = new CountDownLatch(entries.size());
    open = latch;
    for (Sent one : entries) {
      log.append(
          one.entry,
          (position, failure) -> {
            one.failed = failure != null;
            one.offset = position == null ? -1 : position.offset();
            latch.countDown();
          });
    }
  }

  /// Waits until the log has answered for every entry; false when that takes longer.
  boolean await(Duration wait) throws InterruptedException {
    CountDownLatch latch = open;
    return latch == null || latch.await(wait.toMillis(), TimeUnit.MILLISECONDS);
  }
}
