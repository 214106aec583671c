package weir.pipeline;

import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import weir.event.Rejection.Reason;
import weir.meter.BatchMeter;

/// What all threads of the pipeline count, and whether they are stuck. Safe for use by many
/// threads.
final class PipelineCounts {

  final LongAdder processed = new LongAdder();
  final LongAdder enriched = new LongAdder();
  final LongAdder retried = new LongAdder();
  final LongAdder repeated = new LongAdder();
  final LongAdder relayed = new LongAdder();
  final BatchMeter batches = new BatchMeter();
  private final Map<Reason, LongAdder> setAside = new EnumMap<>(Reason.class);
  private final InstantSource clock;
  private volatile int retriesHeld;
  private volatile long nextRetryMillis;
  private volatile @Nullable String lastError;
  private volatile @Nullable Instant stuckSince;
  private volatile boolean stopped;

  PipelineCounts(InstantSource clock) {
    this.clock = clock;
    for (Reason reason : Reason.values()) {
      setAside.put(reason, new LongAdder());
    }
  }

  void setAside(Reason reason) {
    Objects.requireNonNull(setAside.get(reason)).increment();
  }

  /// So many messages wait to be tried again, the first of them until then.
  void waiting(int retries, long firstDueMillis) {
    retriesHeld = retries;
    nextRetryMillis = firstDueMillis;
  }

  /// How many messages wait to be tried again, once the first of them is due.
  int retriesOverdue() {
    return nextRetryMillis <= clock.millis() ? retriesHeld : 0;
  }

  /// A shared part is away.
  synchronized void stuck(String error) {
    lastError = error;
    if (stuckSince == null) {
      stuckSince = clock.instant();
    }
  }

  synchronized void unstuck() {
    stuckSince = null;
  }

  void stop(String error) {
    lastError = error;
    stopped = true;
  }

  void resume() {
    stopped = false;
  }

  boolean stopped() {
    return stopped;
  }

  PipelineHealth health(int typesRegistered) {
    Map<Reason, Long> aside = new EnumMap<>(Reason.class);
    setAside.forEach((reason, count) -> aside.put(reason, count.sum()));
    return new PipelineHealth(
        processed.sum(),
        enriched.sum(),
        aside,
        retried.sum(),
        repeated.sum(),
        relayed.sum(),
        typesRegistered,
        Optional.ofNullable(lastError),
        Optional.ofNullable(stuckSince),
        stopped);
  }
}
