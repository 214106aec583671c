package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundsTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(5);

  @Test
  void tellsOfWhatFailsAgainAndAgainUntilItWorks() {
    AtomicBoolean broken = new AtomicBoolean(true);
    try (Rounds rounds =
        new Rounds(
            "books",
            PAUSE,
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
            () -> {
              if (rounds.incrementAndGet() % 2 == 0) {
                throw new IllegalStateException("away");
              }
            })) {
      await().atMost(SOON).until(() -> rounds.get() > 20 || often.trouble().isPresent());
      assertThat(often.trouble()).isEmpty();
    }
  }
}
