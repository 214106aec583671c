package weir.series;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.Rejection;

/// Stores a batch and picks out the events that cannot be stored, by halving: one bad event
/// among a thousand costs some twenty writes. Owned by the writer's thread.
final class Sieve {

  private static final Logger LOG = LoggerFactory.getLogger(Sieve.class);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// Tries that an unexpected error gets before it is put down to one event.
  private static final int TRIES = 2;

  private final SeriesStore store;
  private final int batchSize;
  private final int failuresPerMinuteMax;
  private final InstantSource clock;
  private final Deque<Instant> failed = new ArrayDeque<>();

  Sieve(SeriesStore store, SeriesSettings settings, InstantSource clock) {
    this.store = store;
    this.batchSize = settings.batchSize();
    this.failuresPerMinuteMax = settings.failuresPerMinuteMax();
    this.clock = clock;
  }

  /// An event that was not stored, and why.
  record Refused(Batch.Pending one, Rejection why) {}

  /// Stores all but those returned.
  ///
  /// @param failures how often this batch failed before
  List<Refused> store(List<Batch.Pending> batch, int failures) {
    List<Refused> refused = new ArrayList<>();
    for (int start = 0; start < batch.size(); start += batchSize) {
      int end = Math.min(batch.size(), start + batchSize);
      store(batch.subList(start, end), failures, refused);
    }
    return refused;
  }

  private void store(List<Batch.Pending> part, int failures, List<Refused> refused) {
    Rejection why;
    try {
      store.write(part.stream().map(Batch.Pending::event).toList());
      return;
    } catch (RefusedException e) {
      why = new Rejection(Rejection.Reason.REFUSED_BY_STORE, String.valueOf(e.getMessage()));
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) {
      if (failures < TRIES) {
        throw e;
      }
      why = new Rejection(Rejection.Reason.FAILED, e.getClass().getSimpleName());
      if (part.size() == 1) {
        LOG.error("an event cannot be written, for an unexpected reason", e);
      }
    }
    if (part.size() > 1) {
      int half = part.size() / 2;
      store(part.subList(0, half), failures, refused);
      store(part.subList(half, part.size()), failures, refused);
      return;
    }
    if (why.reason() == Rejection.Reason.FAILED) {
      countFailure();
    }
    refused.add(new Refused(part.getFirst(), why));
  }

  /// Many unexpected errors are a fault of ours, not of the events.
  private void countFailure() {
    Instant now = clock.instant();
    while (!failed.isEmpty() && failed.getFirst().isBefore(now.minus(MINUTE))) {
      failed.removeFirst();
    }
    if (failed.size() >= failuresPerMinuteMax) {
      throw new StoreException("too many events fail for unexpected reasons; waiting for mending");
    }
    failed.addLast(now);
  }
}
