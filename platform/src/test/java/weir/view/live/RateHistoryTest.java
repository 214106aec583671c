package weir.view.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RateHistoryTest {

  private final RateHistory history = new RateHistory();

  private void addSeconds(int from, int to, int perSecond) {
    for (int second = from; second <= to; second++) {
      long count = (long) second * perSecond;
      history.add(second * 1_000L, new RateHistory.Totals(count, count, count, 0, 0));
    }
  }

  @Test
  void tellsTheRateOfEachStep() {
    addSeconds(0, 600, 40);

    List<RateHistory.Point> points =
        history.window(Duration.ofMinutes(5), Duration.ofSeconds(2), 600_000);

    assertThat(points).hasSize(150);
    assertThat(points).allSatisfy(point -> assertThat(point.rates().raw()).isEqualTo(40));
    assertThat(history.recent(Duration.ofSeconds(5)).stored()).isEqualTo(40);
  }

  @Test
  void leavesOutWhatItDoesNotKnow() {
    addSeconds(100, 200, 10);
    addSeconds(400, 410, 10);

    List<RateHistory.Point> points =
        history.window(Duration.ofMinutes(10), Duration.ofSeconds(4), 600_000);

    assertThat(points).extracting(RateHistory.Point::startMillis).contains(120_000L, 404_000L);
    assertThat(points).extracting(RateHistory.Point::startMillis).doesNotContain(40_000L, 300_000L);
  }

  @Test
  void keepsTwoHours() {
    addSeconds(0, 9_000, 1);

    List<RateHistory.Point> points =
        history.window(Duration.ofHours(3), Duration.ofSeconds(48), 9_000_000);

    assertThat(points.getFirst().startMillis()).isGreaterThan(1_700_000L);
    assertThat(points).hasSizeGreaterThan(140);
  }
}
