package weir.series;

import static org.assertj.core.api.Assertions.assertThat;
import static weir.series.EventSamples.NOON;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import weir.event.Event;

/// A store that is opened for each test. The clock stands at [EventSamples#NOON]; the type `brief`
/// is kept for 7 days, every other for 30.
public abstract class StoreScene {

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir protected Path directory;
  protected SeriesStore store;

  protected abstract SeriesStore open(Path directory);

  protected static Duration retentionOf(String type) {
    return type.equals("brief") ? Duration.ofDays(7) : Duration.ofDays(30);
  }

  @BeforeEach
  void openStore() {
    store = open(directory);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  final void write(Event... events) {
    store.write(List.of(events));
    awaitQueryable();
  }

  final void awaitQueryable() {
    assertThat(store.awaitQueryable(SOON)).isTrue();
  }

  final void reopen() {
    store.close();
    store = open(directory);
    awaitQueryable();
  }

  static Instant at(long seconds) {
    return NOON.plusSeconds(seconds);
  }
}
