package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.log.Entry;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.Topics;
import weir.pipeline.Applications;
import weir.pipeline.Dialects;
import weir.pipeline.Pipeline;
import weir.pipeline.PipelineSettings;
import weir.pipeline.PipelineTopics;
import weir.testkit.ManualClock;
import weir.testkit.MemoryDirectory;
import weir.testkit.MemoryLog;
import weir.trace.Traces;

/// A real pipeline on a log that stops answering, watched with a clock that the test moves.
class WatchdogTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-06-01T12:00:00Z"));
  private final MemoryLog log = new MemoryLog();
  private final Lags lags =
      new Lags(log, List.of(new Lags.Reader(Groups.PIPELINE, TOPICS.raw())), Set.of());
  private final Watchdog watchdog = new Watchdog(clock);
  private final Supplier<Optional<String>> pipelineTrouble =
      watchdog.watch(() -> lags.work(Groups.PIPELINE));

  @BeforeEach
  void createTopics() {
    log.create(TOPICS.specs(1, DAY));
  }

  @Test
  void namesAStageThatIsStuckWithinThirtySeconds() {
    try (Pipeline pipeline = pipeline()) {
      pipeline.start();
      append();
      await().atMost(SOON).until(() -> lag() == 0);
      log.hold();
      appendHeld();
      log.release(1);
      await().atMost(SOON).until(() -> lag() == 1);

      lookFor(Duration.ofSeconds(15));
      assertThat(pipelineTrouble.get()).isEmpty();
      lookFor(Duration.ofSeconds(15));
      assertThat(pipelineTrouble.get().orElseThrow()).startsWith("stuck: 1 wait in iot.raw-0");

      log.release();
      await().atMost(SOON).until(() -> lag() == 0);
      lookFor(Duration.ofSeconds(5));
      assertThat(pipelineTrouble.get()).isEmpty();
    }
  }

  @Test
  void partitionsThatGetOnDoNotHideOneThatDoesNot() {
    AtomicLong done = new AtomicLong();
    Supplier<Optional<String>> trouble =
        watchdog.watch(
            () ->
                List.of(
                    new Watchdog.Work("raw-0", 5, done.incrementAndGet()),
                    new Watchdog.Work("raw-1", 7, 3)));

    lookFor(Duration.ofSeconds(15));
    assertThat(trouble.get()).isEmpty();
    lookFor(Duration.ofSeconds(15));

    assertThat(trouble.get().orElseThrow()).startsWith("stuck: 7 wait in raw-1");
  }

  @Test
  void aStageThatIsHeldUpOnPurposeIsExcused() {
    AtomicBoolean held = new AtomicBoolean(true);
    Supplier<Optional<String>> trouble =
        watchdog.watch(() -> held.get() ? List.of() : List.of(new Watchdog.Work("raw-0", 5, 1)));
    lookFor(Duration.ofMinutes(5));
    held.set(false);

    lookFor(Duration.ofSeconds(15));
    assertThat(trouble.get()).isEmpty();
    lookFor(Duration.ofSeconds(15));
    assertThat(trouble.get()).isPresent();
  }

  @Test
  void aStageWithoutWorkIsNotStuck() {
    lookFor(Duration.ofMinutes(5));

    assertThat(pipelineTrouble.get()).isEmpty();
  }

  @Test
  void patienceBeginsAnewAfterTheLogWasAway() {
    append();
    lookFor(Duration.ofSeconds(15));
    watchdog.excuse();
    clock.advance(Duration.ofMinutes(5));
    lookFor(Duration.ofSeconds(15));
    assertThat(pipelineTrouble.get()).isEmpty();

    lookFor(Duration.ofSeconds(15));
    assertThat(pipelineTrouble.get()).isPresent();
  }

  private Pipeline pipeline() {
    return new Pipeline(
        log,
        new PipelineTopics(TOPICS, 1, DAY),
        Dialects.builtIn(),
        new MemoryDirectory(),
        Applications.none(),
        PipelineSettings.defaults(),
        InstantSource.system(),
        Traces.off());
  }

  private void append() {
    log.append(message()).join();
  }

  private void appendHeld() {
    log.append(message(), (position, failure) -> {});
  }

  private static Entry message() {
    return new Entry(TOPICS.raw(), Entry.BY_KEY, null, 0, new byte[0], new Headers());
  }

  private long lag() {
    lags.refresh();
    return lags.work(Groups.PIPELINE).stream().mapToLong(Watchdog.Work::waiting).sum();
  }

  /// Looks every five seconds, as the lookout does.
  private void lookFor(Duration time) {
    for (long seconds = 0; seconds < time.toSeconds(); seconds += 5) {
      clock.advance(Duration.ofSeconds(5));
      lags.refresh();
      watchdog.look();
    }
  }
}
