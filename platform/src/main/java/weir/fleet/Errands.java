package weir.fleet;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// What the thread of simulated devices is asked to do by others, who wait for the answer. Safe for
/// use by many threads.
final class Errands {

  private static final long GLANCE_MILLIS = 50;

  private final Executor thread;
  private final BooleanSupplier going;

  /// @param thread does what it is given, unless it ends before
  /// @param going whether the thread goes on
  Errands(Executor thread, BooleanSupplier going) {
    this.thread = thread;
    this.going = going;
  }

  boolean isGoing() {
    return going.getAsBoolean();
  }

  /// Has something done.
  ///
  /// @throws OverException when the thread ended before
  <T> T answer(Supplier<T> errand) {
    CompletableFuture<T> done = CompletableFuture.supplyAsync(errand, thread);
    try {
      while (isGoing() || done.isDone()) {
        Optional<T> answer = answerOf(done);
        if (answer.isPresent()) {
          return answer.get();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new OverException();
  }

  private static <T> Optional<T> answerOf(CompletableFuture<T> done) throws InterruptedException {
    try {
      return Optional.of(done.get(GLANCE_MILLIS, TimeUnit.MILLISECONDS));
    } catch (TimeoutException notYet) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an errand failed", e);
    }
  }
}
