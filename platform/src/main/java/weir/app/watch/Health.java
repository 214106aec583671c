package weir.app.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How every part is, asked afresh each time, and how the latest round trip to it went. Safe for
/// use by many threads.
public final class Health {

  /// Something that was wrong.
  public record Trouble(String error, Instant at) {}

  /// One part's state.
  ///
  /// @param error what is wrong; empty when it is well
  /// @param latency of the latest round trip; null when none was made
  /// @param last the latest trouble, which may be over; null when there never was any
  public record Part(
      String name, String error, @Nullable Duration latency, @Nullable Trouble last) {
    public boolean well() {
      return error.isEmpty();
    }
  }

  private static final class Watched {
    final List<Supplier<Optional<String>>> checks = new CopyOnWriteArrayList<>();
    volatile RoundTrips.@Nullable Answer answer;
    volatile @Nullable Trouble last;
  }

  private static final String START = "start";

  private final Map<String, Watched> parts = new ConcurrentSkipListMap<>();
  private final Set<String> needed = ConcurrentHashMap.newKeySet();
  private final RoundTrips trips;
  private final InstantSource clock;
  private volatile boolean started;

  public Health(RoundTrips trips, InstantSource clock) {
    this.trips = trips;
    this.clock = clock;
  }

  /// Adds a check of a part, which answers at once with what is wrong, if anything.
  public void watch(String part, Supplier<Optional<String>> error) {
    watched(part).checks.add(error);
  }

  /// Without this part the process does not do what others come to it for.
  public void need(String part) {
    needed.add(part);
  }

  private Watched watched(String part) {
    return parts.computeIfAbsent(part, any -> new Watched());
  }

  public void started() {
    started = true;
  }

  /// Makes all round trips now, which takes no longer than their limit.
  public List<RoundTrips.Answer> reach() throws InterruptedException {
    List<RoundTrips.Answer> answers = trips.make();
    answers.forEach(answer -> watched(answer.name()).answer = answer);
    return answers;
  }

  /// Makes all round trips and looks at all parts, so that pages and figures need not wait, and
  /// troubles are remembered that nobody asked about. To be run every few seconds by one thread.
  public void look() {
    try {
      var _ = reach();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = parts();
  }

  /// Those parts without which nobody should come here.
  List<Part> needed() {
    return parts().stream()
        .filter(part -> part.name().equals(START) || needed.contains(part.name()))
        .toList();
  }

  public List<Part> parts() {
    List<Part> now = new ArrayList<>();
    if (!started) {
      now.add(new Part(START, "still starting", null, null));
    }
    parts.forEach((name, watched) -> now.add(part(name, watched)));
    return now;
  }

  private Part part(String name, Watched watched) {
    RoundTrips.Answer answer = watched.answer;
    String error =
        watched.checks.stream()
            .flatMap(check -> check.get().stream())
            .findFirst()
            .orElse(answer == null ? "" : answer.error());
    if (!error.isEmpty()) {
      watched.last = new Trouble(error, clock.instant());
    }
    return new Part(name, error, answer == null ? null : answer.took(), watched.last);
  }
}
