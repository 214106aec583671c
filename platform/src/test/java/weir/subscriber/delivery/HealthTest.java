package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// How much is sent to an endpoint, step by step.
class HealthTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MOST = 8;

  private final Health health = new Health(new Random(7));

  private Instant failFiveTimes() {
    Instant until = START;
    for (int i = 0; i < 5; i++) {
      until = health.failed(5, START, Duration.ZERO);
    }
    return until;
  }

  @Test
  void opensAtTheFifthFailureAndWaitsLongerEachTimeGiveOrTakeAFifth() {
    Instant now = START;
    Instant until = failFiveTimes();
    List<Long> waits = new ArrayList<>();
    for (int probe = 0; probe < 9; probe++) {
      waits.add(Duration.between(now, until).toSeconds());
      assertThat(health.admit(1, until.minusMillis(1))).isEqualTo(new Next.At(until));
      assertThat(health.admit(1, until)).isInstanceOf(Next.Ready.class);
      now = until;
      until = health.failed(5, now, Duration.ZERO);
      health.left(1);
    }
    List<Long> steps = List.of(5L, 30L, 120L, 300L, 900L, 1_800L, 3_600L, 3_600L, 3_600L);
    for (int i = 0; i < steps.size(); i++) {
      long step = steps.get(i);
      assertThat(waits.get(i)).isBetween(step * 8 / 10 - 1, step * 12 / 10 + 1);
    }
  }

  @Test
  void letsOneProbeThroughWhateverTheNumberOfLanes() {
    Instant until = failFiveTimes();
    assertThat(health.admit(1, until)).isInstanceOf(Next.Ready.class);
    for (long lane = 2; lane < 10; lane++) {
      assertThat(health.admit(lane, until)).isInstanceOf(Next.At.class);
      assertThat(health.admits(lane)).isFalse();
    }
    assertThat(health.admits(1)).isTrue();
    assertThat(health.limit(MOST)).isEqualTo(1);
  }

  @Test
  void startsSlowlyDoublesAndHalvesAfterAFailure() {
    List<Integer> limits = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      limits.add(health.limit(MOST));
      boolean _ = health.succeeded(5, MOST);
    }
    assertThat(limits).startsWith(1, 2, 2, 4, 4, 4, 4, 8);
    assertThat(health.limit(MOST)).isEqualTo(MOST);
    Instant _ = health.failed(5, START, Duration.ZERO);
    assertThat(health.limit(MOST)).isEqualTo(MOST / 2);
  }

  @Test
  void isFastOnceItAnswersAndSlowWhenItFailsOrTakesLong() {
    assertThat(health.pace()).isEqualTo(Health.Pace.NEW);
    boolean _ = health.succeeded(5, MOST);
    assertThat(health.pace()).isEqualTo(Health.Pace.FAST);
    Instant _ = health.failed(5, START, Duration.ZERO);
    assertThat(health.pace()).isEqualTo(Health.Pace.FAST);
    Instant _ = health.failed(5, START, Duration.ZERO);
    assertThat(health.pace()).isEqualTo(Health.Pace.SLOW);
    assertThat(health.succeeded(30_000, MOST)).isTrue();
    assertThat(health.pace()).isEqualTo(Health.Pace.SLOW);
  }

  @Test
  void isSlowAtOnceWhenANewOneFailsOrAProvenOneHangs() {
    Instant _ = health.failed(5, START, Duration.ZERO);
    assertThat(health.pace()).isEqualTo(Health.Pace.SLOW);
    assertThat(health.succeeded(5, MOST)).isTrue();
    Instant _ = health.failed(15_000, START, Duration.ZERO);
    assertThat(health.pace()).isEqualTo(Health.Pace.SLOW);
  }

  @Test
  void nobodyWaitsForARequestThatIsLate() throws Exception {
    assertThat(health.begin(MOST)).isTrue();
    assertThat(health.admit(1, START)).isInstanceOf(Next.Ready.class);
    health.late();
    assertThat(health.begin(MOST)).isFalse();
    assertThat(health.admit(1, START)).isInstanceOf(Next.At.class);
    health.lateEnded();
    health.end();
    assertThat(health.begin(MOST)).isTrue();
  }

  @Test
  void aLaneThatWaitedForALateRequestComesBeforeTheOneThatSentIt() throws Exception {
    assertThat(health.begin(MOST)).isTrue();
    health.late();
    assertThat(health.admit(2, START)).isInstanceOf(Next.At.class);
    health.lateEnded();
    health.end();
    assertThat(health.admit(1, START)).isInstanceOf(Next.At.class);
    assertThat(health.admit(2, START)).isInstanceOf(Next.Ready.class);
  }

  @Test
  void nobodyIsLetThroughAfterGoneUntilItIsForgiven() {
    health.leave();
    assertThat(health.admit(1, START)).isInstanceOf(Next.Held.class);
    assertThat(health.admits(1)).isFalse();
    health.forgive();
    assertThat(health.admits(1)).isTrue();
  }
}
