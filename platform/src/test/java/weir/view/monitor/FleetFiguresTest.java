package weir.view.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.event.EventHeader.Measurements;
import weir.event.Reading;

class FleetFiguresTest {

  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration FINE = Duration.ofSeconds(10);

  private final FleetFigures figures = new FleetFigures();

  private void add(String metric, Instant time, double value) {
    add(time, new Reading.Numeric(metric, value, "V"));
  }

  private void add(Instant time, Reading reading) {
    figures.add(new Measurements("meter", time, List.of(reading)), NOON.toEpochMilli());
  }

  private List<FleetBucket> buckets(Duration step) {
    return figures.buckets(List.of("meter"), NOON.minus(Duration.ofHours(2)), step);
  }

  @Test
  void keepsStepsAndNotDevices() {
    add("voltage", NOON, 230);
    add("voltage", NOON.plusSeconds(9), 240);
    add("voltage", NOON.minusSeconds(1), 100);

    assertThat(buckets(FINE))
        .containsExactly(
            new FleetBucket(NOON.minusSeconds(10), "voltage", "V", 1, 100, 100, 100),
            new FleetBucket(NOON, "voltage", "V", 2, 230, 240, 470));
    assertThat(buckets(Duration.ofMinutes(4)))
        .containsExactly(
            new FleetBucket(NOON.minusSeconds(240), "voltage", "V", 1, 100, 100, 100),
            new FleetBucket(NOON, "voltage", "V", 2, 230, 240, 470));
  }

  @Test
  void takesTheTimeOfTheValueWhereItHasOne() {
    Instant own = NOON.minus(Duration.ofMinutes(90));
    add(NOON, new Reading.Numeric("voltage", 230, "V", own));

    assertThat(buckets(Duration.ofMinutes(1))).extracting(FleetBucket::start).containsExactly(own);
  }

  @Test
  void takesNoTrendsTextsOrTimesThatCannotBe() {
    add("trends.c1.avg", NOON, 1);
    add(NOON, new Reading.Textual("state", "on", ""));
    add("voltage", NOON.plus(Duration.ofMinutes(2)), 230);
    add("voltage", NOON.minus(Duration.ofDays(1)), 230);

    assertThat(buckets(FINE)).isEmpty();
    assertThat(figures.leftOut()).isZero();
  }

  @Test
  void countsTheValuesOfMetricsBeyondItsLimitUntilThereIsRoom() {
    for (int i = 0; i < FleetFigures.SERIES_MAX + 3; i++) {
      add("metric-" + i, NOON, i);
    }

    assertThat(figures.leftOut()).isEqualTo(3);
    assertThat(buckets(FINE)).hasSize(FleetFigures.SERIES_MAX);

    figures.tidy(NOON.plus(FleetFigures.LENGTH).plus(Duration.ofMinutes(1)).toEpochMilli());
    add("late", NOON, 1);
    assertThat(buckets(FINE)).extracting(FleetBucket::metric).containsExactly("late");
  }
}
