package weir.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HistogramTest {

  @Test
  void aValueFallsIntoTheFirstRangeThatReachesIt() {
    Histogram sizes = Histogram.ofCounts();
    for (long size : new long[] {0, 1, 2, 3, 4, 5, 16_384, 16_385, Long.MAX_VALUE}) {
      sizes.record(size);
    }

    Histogram.Snapshot now = sizes.snapshot();

    assertThat(now.upperBounds())
        .startsWith(1.0, 2.0, 4.0, 8.0)
        .endsWith(16_384.0, Double.POSITIVE_INFINITY);
    assertThat(now.counts().subList(0, 4)).containsExactly(2L, 1L, 2L, 1L);
    assertThat(now.counts().subList(14, 16)).containsExactly(1L, 2L);
  }

  @Test
  void timesAreRecordedInNanosecondsAndShownInSeconds() {
    Histogram times = Histogram.ofTimes();
    times.record(TimeUnit.MICROSECONDS.toNanos(20));
    times.record(TimeUnit.SECONDS.toNanos(2));
    times.record(TimeUnit.MINUTES.toNanos(2));

    Histogram.Snapshot now = times.snapshot();

    assertThat(now.sum()).isCloseTo(122.00002, within(1e-9));
    assertThat(now.counts().getFirst()).isEqualTo(1);
    assertThat(now.counts().getLast()).isEqualTo(1);
    assertThat(now.upperBounds().get(15)).isCloseTo(2.147, within(0.001));
    assertThat(now.counts().get(15)).isEqualTo(1);
  }
}
