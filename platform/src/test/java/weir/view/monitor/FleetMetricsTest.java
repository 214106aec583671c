package weir.view.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetMetricsTest {

  private static FleetBucket step(String metric, int step, long count) {
    return new FleetBucket(Instant.ofEpochSecond(step), metric, "V", count, 1, 3, 2.0 * count);
  }

  private static List<String> names(FleetMetrics found) {
    return found.metrics().stream().map(steps -> steps.getFirst().metric()).toList();
  }

  @Test
  void keepsThoseWithTheMostValuesAndTellsHowManyAreLeftOut() {
    List<FleetBucket> buckets = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      buckets.add(step("a" + i, 0, 1));
    }
    buckets.add(step("voltage", 0, 500));
    buckets.add(step("b", 0, 400));

    FleetMetrics found = FleetMetrics.of(buckets);

    assertThat(names(found)).hasSize(FleetMetrics.MOST).contains("b", "voltage").isSorted();
    assertThat(found.leftOut()).isEqualTo(62 - FleetMetrics.MOST);
  }
}
