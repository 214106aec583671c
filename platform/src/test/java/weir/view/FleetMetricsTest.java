package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.series.FleetBucket;

class FleetMetricsTest {

  private static FleetBucket step(String metric, int step, long count) {
    return new FleetBucket(Instant.ofEpochSecond(step), metric, "V", count, 1, 3, 2.0 * count);
  }

  private static List<String> names(FleetMetrics found) {
    return found.metrics().stream().map(steps -> steps.getFirst().metric()).toList();
  }

  @Test
  void channelsOfTrendsTakeNoPlaceOfWhatIsMeasured() {
    List<FleetBucket> buckets = new ArrayList<>();
    for (int channel = 0; channel < 8; channel++) {
      for (String mean : List.of("avg", "max", "min", "n", "p50", "p95", "sum", "v")) {
        buckets.add(step("trends.c" + channel + "." + mean, 0, 100));
      }
    }
    buckets.add(step("voltage", 0, 2));
    buckets.add(step("voltage", 10, 3));

    FleetMetrics found = FleetMetrics.of(buckets);

    assertThat(names(found)).containsExactly("voltage");
    assertThat(found.metrics().getFirst()).hasSize(2);
    assertThat(found.leftOut()).isZero();
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
