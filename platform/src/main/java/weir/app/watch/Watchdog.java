package weir.app.watch;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// Notices a stage that has work and does none of it, whatever the reason: a dead thread, a lock, a
/// call that never returns. It looks at what came out, not at what a stage says of itself, and at
/// each partition by itself: threads that get on do not hide one that does not.
///
/// One thread looks, every few seconds; with [#PATIENCE] that names a stuck stage within half a
/// minute.
public final class Watchdog {

  static final Duration PATIENCE = Duration.ofSeconds(20);

  /// What a stage, or a part of it, has to do.
  ///
  /// @param name of that part, unique in the stage
  /// @param waiting how much waits for it
  /// @param done how much it has done, ever
  public record Work(String name, long waiting, long done) {}

  private record Progress(long done, Instant since) {}

  private static final Progress UNKNOWN = new Progress(-1, Instant.MAX);

  private static final class Stage {
    final Supplier<List<Work>> work;
    Map<String, Progress> before = Map.of();
    volatile Optional<String> trouble = Optional.empty();

    Stage(Supplier<List<Work>> work) {
      this.work = work;
    }

    void look(Instant now) {
      Map<String, Progress> progress = new HashMap<>();
      Optional<String> found = Optional.empty();
      for (Work one : work.get()) {
        Progress known = before.getOrDefault(one.name(), UNKNOWN);
        boolean waits = known.done() == one.done() && one.waiting() > 0;
        Instant since = waits ? known.since() : now;
        progress.put(one.name(), new Progress(one.done(), since));
        if (!now.isBefore(since.plus(PATIENCE))) {
          found = Optional.of(stuck(one, since));
        }
      }
      before = progress;
      trouble = found;
    }

    private static String stuck(Work one, Instant since) {
      return "stuck: %d wait in %s and none was done since %s"
          .formatted(one.waiting(), one.name(), since);
    }
  }

  private final List<Stage> stages = new CopyOnWriteArrayList<>();
  private final InstantSource clock;

  public Watchdog(InstantSource clock) {
    this.clock = clock;
  }

  /// Watches a stage. While it has no work at all, as when it is held up on purpose, it is excused.
  ///
  /// @return what is wrong with it, for [Health#watch]
  public Supplier<Optional<String>> watch(Supplier<List<Work>> work) {
    Stage stage = new Stage(work);
    stages.add(stage);
    return () -> stage.trouble;
  }

  void look() {
    Instant now = clock.instant();
    stages.forEach(stage -> stage.look(now));
  }

  /// Nobody can work while the log is away; patience begins anew when it is back.
  void excuse() {
    stages.forEach(stage -> stage.before = Map.of());
  }
}
