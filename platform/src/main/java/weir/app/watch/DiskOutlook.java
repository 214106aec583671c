package weir.app.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/// When the disk will be full, if what is kept goes on growing as it did lately. Safe for use by
/// many threads.
public final class DiskOutlook {

  private static final Duration SPAN = Duration.ofHours(6);
  private static final Duration SPAN_MIN = Duration.ofMinutes(10);

  private record Sample(Instant at, long bytes) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  /// So many bytes were kept at this time; later than the time before.
  public synchronized void add(Instant at, long bytes) {
    samples.add(new Sample(at, bytes));
    while (samples.getFirst().at().isBefore(at.minus(SPAN))) {
      samples.removeFirst();
    }
  }

  /// Days until the room is used up: empty in the first ten minutes, endless when nothing grows.
  public synchronized OptionalDouble daysLeft(long roomBytes) {
    if (samples.size() < 2) {
      return OptionalDouble.empty();
    }
    Sample first = samples.getFirst();
    Sample last = samples.getLast();
    Duration span = Duration.between(first.at(), last.at());
    if (span.compareTo(SPAN_MIN) < 0) {
      return OptionalDouble.empty();
    }
    double perDay =
        (last.bytes() - first.bytes()) * (double) Duration.ofDays(1).toMillis() / span.toMillis();
    return OptionalDouble.of(perDay <= 0 ? Double.POSITIVE_INFINITY : roomBytes / perDay);
  }
}
