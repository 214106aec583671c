package weir.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static weir.series.EventSamples.NOON;
import static weir.series.EventSamples.temperature;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.device.SqlEngine;
import weir.event.Event;
import weir.series.SeriesStore;
import weir.series.StoreLimits;
import weir.series.StoreScene;
import weir.series.sql.SqlStore;

class ComparisonTest extends StoreScene {

  @Override
  protected SeriesStore open(Path directory) {
    return new SqlStore(
        SqlEngine.sqlite(directory.resolve("series.db")),
        StoreLimits.defaults(),
        InstantSource.fixed(NOON),
        StoreScene::retentionOf);
  }

  @Test
  void anOldMessageAmongNewOnesHidesNothingThatIsStored() {
    List<Event> stored = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      stored.add(temperature("e-" + i, "a", NOON.minusSeconds(60 - i), i));
    }
    store.write(stored);
    List<Event> replayed = List.of(stored.getFirst(), stored.get(58), stored.getLast());

    Comparison comparison = new Comparison(store, replayed, 10);

    assertThat(replayed)
        .allSatisfy(
            event -> assertThat(comparison.compare(event)).isEqualTo(Comparison.Verdict.SAME));
  }

  @Test
  void theSameIdOfTwoDevicesIsTwoEvents() {
    Event one = temperature("e-1", "a", NOON, 1);
    Event other = temperature("e-1", "b", NOON.minusSeconds(9), 2);
    store.write(List.of(one, other));

    Comparison comparison = new Comparison(store, List.of(one, other));

    assertThat(comparison.compare(one)).isEqualTo(Comparison.Verdict.SAME);
    assertThat(comparison.compare(other)).isEqualTo(Comparison.Verdict.SAME);
  }
}
