package weir.series.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weir.series.EventSamples.NOON;
import static weir.series.EventSamples.event;
import static weir.series.EventSamples.temperature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;
import weir.event.Reading;
import weir.series.HourlyQuery;
import weir.series.HourlyStat;
import weir.series.SeriesStore;
import weir.series.SeriesStoreContract;
import weir.series.StoreException;
import weir.series.StoreLimits;

class QuestDbStoreTest extends SeriesStoreContract {

  private static final Duration SOON = Duration.ofSeconds(20);

  @Override
  protected SeriesStore open(Path directory) {
    return openHere(directory);
  }

  private static QuestDbStore openHere(Path directory) {
    return new QuestDbStore(
        QuestDbSettings.in(directory),
        StoreLimits.defaults(),
        InstantSource.fixed(NOON),
        SeriesStoreContract::retentionOf);
  }

  @Test
  void makesRoomByDaysAndThenByMonthsOfRollups() {
    Instant lastMonth = NOON.minus(Duration.ofDays(4));
    Instant today = NOON.truncatedTo(ChronoUnit.DAYS);
    Path folder = directory.resolve("room");
    try (QuestDbStore room = openHere(folder)) {
      room.write(
          List.of(
              temperature("old", "a", lastMonth, 1),
              temperature("new", "a", NOON.minusSeconds(7_200), 2)));
      assertThat(room.awaitQueryable(SOON)).isTrue();
      room.rollUp(NOON.plusSeconds(600));
      assertThat(room.oldestDay()).contains(lastMonth.truncatedTo(ChronoUnit.DAYS));

      assertThat(room.makeRoom(today)).isEqualTo(1);
      assertThat(room.awaitQueryable(SOON)).isTrue();
      assertThat(room.oldestDay()).contains(today);
      assertThat(room.eventCount()).isEqualTo(1);
      assertThat(hourly(room)).extracting(HourlyStat::sum).containsExactly(1.0, 2.0);

      assertThat(room.removeOldestRollups()).isTrue();
      assertThat(room.awaitQueryable(SOON)).isTrue();
      assertThat(hourly(room)).extracting(HourlyStat::sum).containsExactly(2.0);
      assertThat(room.removeOldestRollups()).isFalse();
    }
    try (QuestDbStore again = openHere(folder)) {
      assertThat(again.isRetired("sensor", lastMonth)).isTrue();
      assertThat(again.isRetired("sensor", today)).isFalse();
      assertThat(again.retiredCount()).isEqualTo(1);
    }
  }

  @Test
  void keysEventsOfOlderStoresByTheirDevicesToo() {
    Path folder = directory.resolve("older");
    try (Engine engine = new Engine(QuestDbSettings.in(folder))) {
      engine.execute(
          "create table events_30d (ts timestamp, received timestamp, stored timestamp,"
              + " device symbol, type symbol, family symbol, kind symbol,"
              + " uuid uuid, id varchar, json varchar)"
              + " timestamp(ts) partition by day wal dedup upsert keys(ts, uuid)");
    }
    try (QuestDbStore opened = openHere(folder)) {
      opened.write(List.of(temperature("e-1", "a", NOON, 1), temperature("e-1", "b", NOON, 1)));
      assertThat(opened.awaitQueryable(SOON)).isTrue();

      assertThat(opened.eventCount()).isEqualTo(2);
    }
  }

  @Test
  void upkeepThatTheDiskRefusesIsWorthAnotherTry() throws IOException {
    Instant old = NOON.minus(Duration.ofDays(5));
    Instant later = NOON.plus(Duration.ofDays(4));
    Path folder = directory.resolve("refused");
    try (QuestDbStore store = openHere(folder)) {
      store.write(
          List.of(
              event(
                  "old",
                  "a",
                  "brief",
                  "f",
                  old,
                  List.of(new Reading.Numeric("temperature", 5, "°C"))),
              temperature("new", "a", NOON.minusSeconds(7_200), 2)));
      assertThat(store.awaitQueryable(SOON)).isTrue();

      Path hours = folder.resolve("dirty-hours.txt");
      Files.delete(hours);
      Files.createDirectory(hours);
      assertThatThrownBy(() -> store.rollUp(NOON.plusSeconds(600)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("dirty-hours.txt");
      Files.delete(hours);
      store.rollUp(NOON.plusSeconds(600));
      assertThat(hourly(store)).extracting(HourlyStat::sum).containsExactly(5.0, 2.0);

      Path retired = Files.createDirectory(folder.resolve("retired.txt"));
      assertThatThrownBy(() -> store.retire(later)).isInstanceOf(StoreException.class);
      assertThat(store.awaitQueryable(SOON)).isTrue();
      assertThat(store.eventCount()).as("nothing goes that is not counted").isEqualTo(2);
      Files.delete(retired);
      store.retire(later);
      assertThat(store.awaitQueryable(SOON)).isTrue();
      assertThat(store.eventCount()).isEqualTo(1);
    }
    try (QuestDbStore again = openHere(folder)) {
      assertThat(again.retiredCount()).isEqualTo(1);
    }
  }

  private static List<HourlyStat> hourly(QuestDbStore room) {
    Instant from = NOON.minus(Duration.ofDays(60));
    return room.hourly(new HourlyQuery(new DeviceId("a"), "temperature", from, NOON), 10);
  }
}
