package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RoundTripsTest {

  private static final Duration LIMIT = Duration.ofMillis(300);

  private final RoundTrips trips = new RoundTrips(LIMIT);
  private final CountDownLatch mute = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void partsThatNeverAnswerHoldUpNobody() throws Exception {
    trips.add("quick", () -> {});
    for (int i = 0; i < 20; i++) {
      trips.add(
          "mute-" + i,
          () -> {
            asked.incrementAndGet();
            mute.await();
          });
    }
    long began = System.nanoTime();

    List<RoundTrips.Answer> answers = trips.make();

    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertThat(took).isLessThan(LIMIT.multipliedBy(5));
    assertThat(answers).filteredOn(answer -> answer.error().isEmpty()).hasSize(1);
    assertThat(answers.getLast().error()).isEqualTo("no answer within 300 ms");
    mute.countDown();
  }

  @Test
  void whoDoesNotAnswerIsNotAskedAgain() throws Exception {
    trips.add(
        "mute",
        () -> {
          asked.incrementAndGet();
          mute.await();
        });
    var _ = trips.make();
    var _ = trips.make();
    assertThat(asked).hasValue(1);

    mute.countDown();
    var _ = trips.make();
    assertThat(trips.make().getFirst().error()).isEmpty();
  }

  @Test
  void saysWhatIsWrongThoughTheFailureHasNoMessage() throws Exception {
    trips.add(
        "closed",
        () -> {
          throw new EOFException();
        });
    trips.add(
        "silent",
        () -> {
          throw new IllegalStateException();
        });

    assertThat(trips.make())
        .extracting(RoundTrips.Answer::error)
        .containsExactly("it closed the connection", "IllegalStateException");
  }

  @Test
  void rememberWhatWasWrongWhenItIsOver() throws Exception {
    Health health = new Health(trips, InstantSource.system());
    health.started();
    trips.add(
        "log",
        () -> {
          if (asked.getAndIncrement() == 0) {
            throw new IllegalStateException("away");
          }
        });
    var _ = health.reach();
    assertThat(health.parts().getFirst().error()).isEqualTo("away");

    var _ = health.reach();

    Health.Part now = health.parts().getFirst();
    assertThat(now.well()).isTrue();
    assertThat(now.last()).isNotNull().extracting("error").isEqualTo("away");
    assertThat(now.latency()).isBetween(Duration.ZERO, LIMIT);
  }
}
