package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import weir.testkit.ManualClock;

class RoundsTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final ManualClock clock = new ManualClock(Instant.parse("2026-06-01T00:00:00Z"));

  @Test
  void tellsOfWhatFailsAgainAndAgainUntilItWorks() {
    AtomicBoolean broken = new AtomicBoolean(true);
    try (Rounds rounds =
        new Rounds(
            "books",
            PAUSE,
            clock,
            () -> {
              if (broken.get()) {
                throw new IllegalStateException("no sheet");
              }
            })) {
      await().atMost(SOON).until(() -> rounds.trouble().isPresent());
      assertThat(rounds.trouble().orElseThrow()).startsWith("books: ").contains("no sheet");

      broken.set(false);
      await().atMost(SOON).until(() -> rounds.trouble().isEmpty());
    }
  }

  @Test
  void saysNothingOfASingleFailure() {
    AtomicInteger rounds = new AtomicInteger();
    try (Rounds often =
        new Rounds(
            "books",
            PAUSE,
            clock,
            () -> {
              if (rounds.incrementAndGet() % 2 == 0) {
                throw new IllegalStateException("away");
              }
            })) {
      await().atMost(SOON).until(() -> rounds.get() > 20 || often.trouble().isPresent());
      assertThat(often.trouble()).isEmpty();
    }
  }

  @Test
  void aRoundThatDoesNotEndIsSeenInTheHealthUntilItDoes() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    Health health = new Health(new RoundTrips(SOON), clock);
    health.started();
    try (Rounds rounds =
        new Rounds(
            "books",
            PAUSE,
            clock,
            () -> {
              begun.countDown();
              awaitPatiently(held);
            })) {
      health.watch("oversight", rounds::trouble);
      await().atMost(SOON).until(() -> begun.getCount() == 0);
      clock.advance(Duration.ofSeconds(30));
      assertThat(health.parts()).allMatch(Health.Part::well);

      clock.advance(Duration.ofSeconds(1));

      assertThat(health.parts())
          .extracting(Health.Part::error)
          .containsExactly("books: a round that began at 2026-06-01T00:00:00Z has not ended");
      held.countDown();
      await().atMost(SOON).until(() -> health.parts().stream().allMatch(Health.Part::well));
    } finally {
      held.countDown();
    }
  }

  @Test
  void closingInterruptsARoundThatHangsAndLeavesOneThatGoesOnHanging() throws Exception {
    for (boolean stubborn : new boolean[] {false, true}) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch held = new CountDownLatch(1);
      CountDownLatch ended = new CountDownLatch(1);
      Rounds rounds =
          new Rounds(
              "books",
              PAUSE,
              clock,
              () -> {
                begun.countDown();
                do {
                  awaitPatiently(held);
                } while (stubborn && held.getCount() > 0 && Thread.interrupted());
                ended.countDown();
              },
              PAUSE);
      begun.await();

      Thread closing = Thread.ofVirtual().start(rounds::close);

      assertThat(closing.join(SOON)).isTrue();
      assertThat(ended.getCount()).isEqualTo(stubborn ? 1 : 0);
      held.countDown();
      ended.await();
    }
  }

  private static void awaitPatiently(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
