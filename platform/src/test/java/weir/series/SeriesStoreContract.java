package weir.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weir.series.EventSamples.NOON;
import static weir.series.EventSamples.event;
import static weir.series.EventSamples.temperature;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;
import weir.event.Reading;

/// What every store must do.
public abstract class SeriesStoreContract extends StoreScene {

  private static final DeviceId DEVICE = new DeviceId("esp32-01");

  private static Reading.Numeric number(String metric, double value) {
    return new Reading.Numeric(metric, value, "");
  }

  @Test
  void keepsEveryFieldOfAnEvent() {
    Event written = temperature("e-1", "esp32-01", at(-60), 24.5);
    write(written);

    StoredEvent read = store.event(written.device(), written.id()).orElseThrow();

    assertThat(read.device()).isEqualTo(written.device());
    assertThat(read.type()).isEqualTo("sensor");
    assertThat(read.family()).isEqualTo("http");
    assertThat(read.kind()).isEqualTo("telemetry");
    assertThat(read.time()).isEqualTo(written.time());
    assertThat(read.receivedAt()).isEqualTo(written.receivedAt());
    assertThat(read.storedAt()).isEqualTo(NOON);
    assertThat(read.json()).isEqualTo(written.json());
  }

  /// The type of an event says how long it is kept.
  @Test
  void whatIsReplacedUnderAnotherRetentionIsThereOnce() {
    Reading warmer = new Reading.Numeric("temperature", 2, "°C");
    write(temperature("e-1", DEVICE.value(), NOON, 1));

    store.replace(List.of(event("e-1", DEVICE.value(), "brief", "http", NOON, List.of(warmer))));
    awaitQueryable();

    assertThat(store.events(EventQuery.newest(10)).events())
        .extracting(StoredEvent::type)
        .containsExactly("brief");
    assertThat(store.readings(all("temperature"), 10))
        .extracting(Measured::reading)
        .containsExactly(warmer);
  }

  @Test
  void countsTheEventsOfATypeByKind() {
    write(temperature("k-1", "one", at(-60), 10), temperature("k-2", "two", at(-59), 30));

    assertThat(store.kinds("sensor", at(-120), at(0))).containsOnly(Map.entry("telemetry", 2L));
    assertThat(store.kinds("sensor", at(-59), at(0))).containsOnly(Map.entry("telemetry", 1L));
    assertThat(store.kinds("none", at(-120), at(0))).isEmpty();
  }

  @Test
  void findsEventsByAnyKindOfId() {
    EventId made = EventId.fresh(() -> NOON);
    String given = "0F8FAD5B-D9CB-469F-A165-70867728950E";
    write(
        temperature(made.value(), "a", at(-3), 1),
        temperature(given, "a", at(-2), 2),
        temperature("plain:id.7", "a", at(-1), 3));

    DeviceId device = new DeviceId("a");
    for (EventId id : List.of(made, new EventId(given), new EventId("plain:id.7"))) {
      assertThat(store.event(device, id)).map(StoredEvent::id).contains(id);
      assertThat(store.events(id, 10)).extracting(StoredEvent::id).containsExactly(id);
      assertThat(store.event(new DeviceId("b"), id)).isEmpty();
    }
    assertThat(store.event(device, new EventId("other"))).isEmpty();
    assertThat(store.events(new EventId("other"), 10)).isEmpty();
    List<EventId> all = List.of(made, new EventId("plain:id.7"), new EventId("other"));
    assertThat(store.events(all, at(-86_400), at(86_400)))
        .extracting(StoredEvent::id)
        .containsExactlyInAnyOrder(made, new EventId("plain:id.7"));
    assertThat(store.events(all, at(-86_400), at(-80_000))).isEmpty();
  }

  @Test
  void storesTheSameEventOnce() {
    Event event = temperature("e-1", "esp32-01", at(-60), 24.5);

    write(event, event);
    write(event);

    assertThat(store.eventCount()).isEqualTo(1);
    assertThat(store.readings(all("temperature"), 10)).hasSize(1);
  }

  @Test
  void anEventThatIsDecodedDifferentlyReplacesTheOneBefore() {
    Event before = temperature("e-1", "esp32-01", at(-60), 24.5);
    write(before);
    write(
        new Event(
            before.id(),
            before.device(),
            before.type(),
            before.family(),
            "status",
            before.time(),
            before.receivedAt(),
            List.of(number("temperature", 2.45), number("b", 1)),
            "{\"mended\":true}".getBytes(StandardCharsets.UTF_8)));

    StoredEvent read = store.event(before.device(), before.id()).orElseThrow();
    assertThat(read.kind()).isEqualTo("status");
    assertThat(new String(read.json(), StandardCharsets.UTF_8)).contains("mended");
    assertThat(store.eventCount()).isEqualTo(1);
  }

  @Test
  void latestIsByEventTimePerMetric() {
    write(
        event("e-1", "esp32-01", "t", "f", at(-10), List.of(number("a", 1), number("b", 2))),
        event("e-2", "esp32-01", "t", "f", at(-30), List.of(number("a", 9), number("c", 3))),
        event("e-3", "other", "t", "f", at(-1), List.of(number("a", 7))));

    assertThat(store.latest(DEVICE))
        .containsExactly(
            new Measured(at(-10), number("a", 1)),
            new Measured(at(-10), number("b", 2)),
            new Measured(at(-30), number("c", 3)));
    assertThat(store.latest(new DeviceId("unknown"))).isEmpty();
  }

  @Test
  void latestFindsValuesOfAnyAge() {
    write(
        temperature("e-1", "esp32-01", NOON.minus(Duration.ofDays(20)), 1),
        event(
            "e-2",
            "esp32-01",
            "t",
            "f",
            NOON.minus(Duration.ofDays(300)),
            List.of(number("old", 2))));

    assertThat(store.latest(DEVICE))
        .extracting(value -> value.reading().metric())
        .containsExactly("old", "temperature");
  }

  @Test
  void keepsTextValues() {
    Reading text = new Reading.Textual("state", "geöffnet", "");
    write(event("e-1", "esp32-01", "t", "f", at(-10), List.of(text, number("a", 1))));

    assertThat(store.latest(DEVICE))
        .containsExactly(new Measured(at(-10), number("a", 1)), new Measured(at(-10), text));
    assertThat(store.readings(all("state"), 10)).containsExactly(new Measured(at(-10), text));
    assertThat(store.range(all("state"), new Step(Duration.ofHours(1), Aggregate.COUNT), 10))
        .extracting(Bucket::count)
        .containsExactly(1L);
  }

  @Test
  void keepsThatATextIsGoneAndCountsItNot() {
    Reading gone = new Reading.Textual("error", "", "");
    write(
        event(
            "e-1", "esp32-01", "t", "f", at(-20), List.of(new Reading.Textual("error", "CF", ""))),
        event("e-2", "esp32-01", "t", "f", at(-10), List.of(gone)));

    assertThat(store.latest(DEVICE)).containsExactly(new Measured(at(-10), gone));
    assertThat(store.readings(all("error"), 10)).hasSize(2).contains(new Measured(at(-10), gone));
    assertThat(store.range(all("error"), new Step(Duration.ofDays(3), Aggregate.COUNT), 10))
        .extracting(Bucket::count)
        .containsExactly(1L);
  }

  @Test
  void theLastWrittenOfTwoReadingsOfOneTimeStays() {
    write(temperature("e-1", "esp32-01", at(-10), 1));
    write(temperature("e-2", "esp32-01", at(-10), 2));

    assertThat(store.readings(all("temperature"), 10))
        .containsExactly(new Measured(at(-10), new Reading.Numeric("temperature", 2, "°C")));
    assertThat(store.eventCount()).isEqualTo(2);
  }

  @Test
  void readingsAreInOrderAndLimited() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      events.add(temperature("e-" + i, "esp32-01", at(-i), i));
    }
    Collections.shuffle(events, new Random(7));
    store.write(events);
    awaitQueryable();

    List<Measured> read =
        store.readings(new ReadingQuery(DEVICE, "temperature", at(-20), at(0)), 5);

    assertThat(read)
        .extracting(Measured::time)
        .containsExactly(at(-20), at(-19), at(-18), at(-17), at(-16));
  }

  @Test
  void rangeCombinesByAlignedSteps() {
    write(
        temperature("e-1", "esp32-01", at(1), 1),
        temperature("e-2", "esp32-01", at(59), 5),
        temperature("e-3", "esp32-01", at(20), 3),
        temperature("e-4", "esp32-01", at(60), 10),
        temperature("e-5", "esp32-01", at(185), 4));

    assertThat(range(Aggregate.AVG)).containsExactly(3.0, 10.0, 4.0);
    assertThat(range(Aggregate.MIN)).containsExactly(1.0, 10.0, 4.0);
    assertThat(range(Aggregate.MAX)).containsExactly(5.0, 10.0, 4.0);
    assertThat(range(Aggregate.SUM)).containsExactly(9.0, 10.0, 4.0);
    assertThat(range(Aggregate.COUNT)).containsExactly(3.0, 1.0, 1.0);
    assertThat(range(Aggregate.FIRST)).containsExactly(1.0, 10.0, 4.0);
    assertThat(range(Aggregate.LAST)).containsExactly(5.0, 10.0, 4.0);
    assertThat(store.range(all("temperature"), new Step(Duration.ofMinutes(1), Aggregate.AVG), 9))
        .extracting(Bucket::start)
        .containsExactly(NOON, at(60), at(180));
  }

  private List<Double> range(Aggregate aggregate) {
    Step step = new Step(Duration.ofMinutes(1), aggregate);
    return store.range(all("temperature"), step, 9).stream().map(Bucket::value).toList();
  }

  private static ReadingQuery all(String metric) {
    return new ReadingQuery(
        DEVICE, metric, NOON.minus(Duration.ofDays(1)), NOON.plus(Duration.ofDays(1)));
  }

  @Test
  void eventsAreNewestFirstAndFiltered() {
    write(
        event("e-1", "a", "pump", "energy", at(-5), List.of()),
        event("e-2", "b", "pump", "energy", at(-3), List.of()),
        event("e-3", "a", "fan", "http", at(-4), List.of()));

    EventQuery newest = EventQuery.newest(10);
    assertThat(ids(newest)).containsExactly("e-2", "e-3", "e-1");
    assertThat(ids(newest.ofDevice(new DeviceId("a")))).containsExactly("e-3", "e-1");
    assertThat(ids(newest.ofFamily("http"))).containsExactly("e-3");
    assertThat(ids(new EventQuery(null, "pump", null, null, null, null, null, 10)))
        .containsExactly("e-2", "e-1");
    assertThat(ids(new EventQuery(null, null, "status", null, null, null, null, 10))).isEmpty();
    assertThat(ids(new EventQuery(null, null, null, null, at(-4), at(-3), null, 10)))
        .containsExactly("e-3");
  }

  private List<String> ids(EventQuery query) {
    return store.events(query).events().stream().map(event -> event.id().value()).toList();
  }

  @Test
  void pagesMeetEveryEventOnceWhileOthersArrive() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      // Many events share a time, and two retention classes share a page.
      String type = i % 3 == 0 ? "brief" : "sensor";
      events.add(event("e-" + i, "d-" + i % 7, type, "f", at(-(i / 40)), List.of()));
    }
    store.write(events);
    awaitQueryable();

    List<String> seen = new ArrayList<>();
    EventCursor cursor = null;
    do {
      EventPage page = store.events(EventQuery.newest(17).after(cursor));
      page.events().forEach(event -> seen.add(event.id().value()));
      cursor = page.next() == null ? null : EventCursor.parse(page.next().text()).orElseThrow();
      write(temperature("new-" + seen.size(), "d-1", at(100), 1));
    } while (cursor != null);

    assertThat(seen).hasSize(200).doesNotHaveDuplicates();
  }

  @Test
  void twoDevicesMayUseOneId() {
    EventId id = new EventId("e-1");
    write(temperature("e-1", "a", at(-5), 1), temperature("e-1", "b", at(-5), 2));
    write(temperature("e-1", "a", at(-5), 1), temperature("e-1", "b", at(-5), 2));
    write(temperature("e-1", "c", at(-4), 3));

    assertThat(store.eventCount()).isEqualTo(3);
    assertThat(devices(store.events(id, 10))).containsExactly("c", "a", "b");
    assertThat(devices(store.events(id, 1))).containsExactly("c");
    assertThat(store.event(new DeviceId("b"), id)).isPresent();
    EventPage first = store.events(EventQuery.newest(2));
    assertThat(devices(first.events())).containsExactly("c", "a");
    assertThat(devices(store.events(EventQuery.newest(2).after(first.next())).events()))
        .containsExactly("b");
  }

  private static List<String> devices(List<StoredEvent> events) {
    return events.stream().map(event -> event.device().value()).toList();
  }

  @Test
  void countsAndListsIdsForAudits() {
    Event one = temperature("e-1", "a", at(-5), 1);
    Event two = temperature("e-2", "b", at(-4), 1);
    write(one, two);

    Set<EventKey> keys = new HashSet<>();
    store.eachKey(keys::add);

    assertThat(store.eventCount()).isEqualTo(2);
    assertThat(keys).containsExactlyInAnyOrder(one.key(), two.key());
    assertThat(store.keysSince(at(-4), 10)).containsExactly(two.key());
    assertThat(store.diskBytes()).isPositive();
  }

  @Test
  void hourlyStatsFollowLateReadings() {
    Instant hour = NOON.minus(3, ChronoUnit.HOURS);
    write(
        temperature("e-1", "esp32-01", hour.plusSeconds(10), 10),
        temperature("e-2", "esp32-01", hour.plusSeconds(20), 20));
    store.rollUp(NOON);
    assertThat(hourly()).containsExactly(new HourlyStat(hour, "temperature", "°C", 10, 20, 30, 2));

    write(temperature("e-3", "esp32-01", hour.plusSeconds(5), 90));
    assertThat(hourly()).containsExactly(new HourlyStat(hour, "temperature", "°C", 10, 90, 120, 3));

    reopen();
    assertThat(hourly()).containsExactly(new HourlyStat(hour, "temperature", "°C", 10, 90, 120, 3));
    store.rollUp(NOON.plusSeconds(600));
    assertThat(hourly()).containsExactly(new HourlyStat(hour, "temperature", "°C", 10, 90, 120, 3));
  }

  private List<HourlyStat> hourly() {
    Instant from = NOON.minus(400, ChronoUnit.DAYS);
    return store.hourly(new HourlyQuery(DEVICE, "temperature", from, at(86_400)), 100);
  }

  @Test
  void retentionRemovesOldEventsByTypeAndKeepsRollups() {
    Instant old = NOON.minus(Duration.ofDays(5));
    write(
        event("brief-old", "esp32-01", "brief", "f", old, List.of(number("temperature", 5))),
        event("brief-new", "esp32-01", "brief", "f", at(-9), List.of(number("temperature", 6))),
        event("long-old", "esp32-02", "sensor", "f", old, List.of(number("temperature", 7))));

    store.retire(NOON.plus(Duration.ofDays(4)));
    awaitQueryable();

    assertThat(store.isRetired("brief", NOON.minus(Duration.ofDays(400)))).isTrue();
    assertThat(store.isRetired("brief", NOON)).isFalse();
    assertThat(ids(EventQuery.newest(10))).containsExactly("brief-new", "long-old");
    assertThat(store.retiredCount()).isEqualTo(1);
    assertThat(hourly()).hasSize(2);
    assertThat(hourly().getFirst().sum()).isEqualTo(5);
    assertThat(dailySums()).containsExactly(5.0, 6.0);
    assertThat(store.readings(lastWeek(), 10)).hasSize(1);

    reopen();
    assertThat(store.retiredCount()).isEqualTo(1);
  }

  private static ReadingQuery lastWeek() {
    return new ReadingQuery(
        DEVICE, "temperature", NOON.minus(Duration.ofDays(7)), NOON.plusSeconds(60));
  }

  private List<Double> dailySums() {
    Step day = new Step(Duration.ofDays(1), Aggregate.SUM);
    return store.range(lastWeek(), day, 10).stream().map(Bucket::value).toList();
  }

  @Test
  void longStepsCountEveryReadingOnceWhereverItIsKept() {
    Instant start = NOON.minus(5, ChronoUnit.HOURS).minusSeconds(700);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      events.add(temperature("e-" + i, "esp32-01", start.plusSeconds(60L * i), i));
    }
    store.write(events);
    awaitQueryable();
    store.rollUp(NOON);
    ReadingQuery query =
        new ReadingQuery(DEVICE, "temperature", start.plusSeconds(60), NOON.minusSeconds(1_900));

    List<Bucket> byHour = store.range(query, new Step(Duration.ofHours(1), Aggregate.COUNT), 100);
    List<Bucket> byMinutes =
        store.range(query, new Step(Duration.ofMinutes(30), Aggregate.COUNT), 100);

    long all = byMinutes.stream().mapToLong(Bucket::count).sum();
    assertThat(byHour.stream().mapToLong(Bucket::count).sum()).isEqualTo(all).isEqualTo(279);
    assertThat(store.range(query, new Step(Duration.ofHours(6), Aggregate.MAX), 100))
        .extracting(Bucket::value)
        .containsExactly(279.0);
  }

  @Test
  void refusesWhatItCanNeverKeepAndStoresNothingOfTheBatch() {
    Event good = temperature("good", "a", at(-1), 1);
    Event ancient = temperature("bad", "a", Instant.EPOCH, 1);

    assertThatThrownBy(() -> store.write(List.of(good, ancient)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("1970");
    awaitQueryable();
    assertThat(store.eventCount()).isZero();

    write(good);
    assertThat(store.eventCount()).isEqualTo(1);
  }

  @Test
  void refusesADeviceWithEndlessMetrics() {
    List<Reading> many = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      many.add(number("m" + i, i));
    }

    assertThatThrownBy(() -> write(event("e-1", "a", "t", "f", at(-1), many)))
        .isInstanceOf(RefusedException.class);
    write(event("e-2", "a", "t", "f", at(-1), many.subList(550, 560)));
    assertThat(store.latest(new DeviceId("a"))).hasSize(10);
  }

  @Test
  void everythingIsThereAfterReopening() {
    write(temperature("e-1", "esp32-01", at(-10), 1));
    write(event("e-2", "x", "brief", "f", at(-10), List.of(new Reading.Textual("s", "on", ""))));

    reopen();
    write(temperature("e-3", "esp32-01", at(-5), 2));

    assertThat(ids(EventQuery.newest(10))).containsExactly("e-3", "e-1", "e-2");
    assertThat(store.latest(DEVICE)).hasSize(1);
    assertThat(store.latest(new DeviceId("x"))).hasSize(1);
  }

  @Test
  void isUsable() {
    assertThat(store.health().usable()).isTrue();
  }
}
