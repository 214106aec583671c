package weir.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatenciesTest {

  private final Latencies latencies = new Latencies();

  @Test
  void answersPercentilesNearTheTruth() {
    for (int i = 1; i <= 100_000; i++) {
      latencies.record(i * 1_000L);
    }

    assertThat(latencies.count()).isEqualTo(100_000);
    assertThat(latencies.millis(0.5)).isCloseTo(50, Percentage.withPercentage(1.6));
    assertThat(latencies.millis(0.99)).isCloseTo(99, Percentage.withPercentage(1.6));
    assertThat(latencies.millis(1)).isCloseTo(100, Percentage.withPercentage(1.6));
  }

  @Test
  void holdsFromNothingToForever() {
    assertThat(latencies.millis(0.99)).isZero();
    latencies.record(0);
    latencies.record(Long.MAX_VALUE);

    assertThat(latencies.millis(0.5)).isZero();
    assertThat(latencies.millis(1)).isGreaterThan(3_600_000);
  }
}
