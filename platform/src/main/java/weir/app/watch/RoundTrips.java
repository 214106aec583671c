package weir.app.watch;

import java.io.EOFException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Asks other parts one real question each, over their own doors, all at the same time. None is
/// waited for longer than the limit; one that never answers is not asked again before it does.
/// Safe for use by many threads.
public final class RoundTrips {

  /// A question; returning is the answer.
  @FunctionalInterface
  public interface Question {
    void ask() throws Exception;
  }

  /// @param error why there was none; empty when there was
  public record Answer(String name, String error, Duration took) {}

  private static final class Trip {
    final String name;
    final Question question;
    @Nullable FutureTask<Long> underWay;

    Trip(String name, Question question) {
      this.name = name;
      this.question = question;
    }

    /// The run to wait for, which may be an earlier one that has no answer yet.
    synchronized FutureTask<Long> begin() {
      FutureTask<Long> earlier = underWay;
      if (earlier != null && !earlier.isDone()) {
        return earlier;
      }
      FutureTask<Long> fresh = new FutureTask<>(this::run);
      underWay = fresh;
      Thread.ofVirtual().name("round-trip-" + name).start(fresh);
      return fresh;
    }

    private long run() throws Exception {
      long began = System.nanoTime();
      question.ask();
      return System.nanoTime() - began;
    }
  }

  private final Duration limit;
  private final List<Trip> trips = new CopyOnWriteArrayList<>();

  public RoundTrips(Duration limit) {
    this.limit = limit;
  }

  public void add(String name, Question question) {
    trips.add(new Trip(name, question));
  }

  List<Answer> make() throws InterruptedException {
    long began = System.nanoTime();
    List<FutureTask<Long>> underWay = trips.stream().map(Trip::begin).toList();
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < underWay.size(); i++) {
      answers.add(await(trips.get(i).name, underWay.get(i), began));
    }
    return answers;
  }

  private Answer await(String name, FutureTask<Long> run, long began) throws InterruptedException {
    try {
      long left = limit.toNanos() - (System.nanoTime() - began);
      return new Answer(name, "", Duration.ofNanos(run.get(left, TimeUnit.NANOSECONDS)));
    } catch (TimeoutException late) {
      return new Answer(name, "no answer within " + limit.toMillis() + " ms", limit);
    } catch (ExecutionException failed) {
      return new Answer(name, reason(failed), Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private static String reason(ExecutionException failed) {
    Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
    if (cause instanceof EOFException) {
      return "it closed the connection";
    }
    String message = cause.getMessage();
    return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
  }
}
