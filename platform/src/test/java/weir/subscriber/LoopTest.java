package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import weir.testkit.ManualClock;

/// A loop outlives whatever its work throws, and says so.
class LoopTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void goesOnAfterAMistakeAndTellsSinceWhenItWasStuck() {
    AtomicInteger sessions = new AtomicInteger();
    AtomicInteger failing = new AtomicInteger(1);
    try (Loop loop = loop(sessions, failing)) {
      loop.start();
      Awaitility.await().until(() -> loop.stuckSince().isPresent());
      assertThat(loop.stuckSince()).contains(START);
      assertThat(loop.trouble()).hasValueSatisfying(why -> assertThat(why).contains("a mistake"));
      failing.set(0);
      Awaitility.await().until(() -> loop.stuckSince().isEmpty());
      assertThat(loop.trouble()).isEmpty();
      assertThat(sessions.get()).isGreaterThan(1);
    }
  }

  private static Loop loop(AtomicInteger sessions, AtomicInteger failing) {
    return new Loop(
        "test",
        () -> {
          int session = sessions.incrementAndGet();
          if (failing.get() > 0) {
            throw new IllegalStateException("a mistake in session " + session);
          }
        },
        new ManualClock(START));
  }

  @Test
  void aPauseEndsWhenTheLoopIsClosed() {
    AtomicInteger ended = new AtomicInteger();
    Loop[] loop = new Loop[1];
    loop[0] =
        new Loop(
            "test",
            () -> {
              boolean goesOn = loop[0].pause(Duration.ofHours(1));
              ended.set(goesOn ? 1 : 2);
            },
            new ManualClock(START));
    loop[0].start();
    loop[0].close();
    assertThat(ended.get()).isIn(0, 2);
    assertThat(loop[0].isOpen()).isFalse();
  }
}
