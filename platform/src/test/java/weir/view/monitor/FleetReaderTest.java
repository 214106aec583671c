package weir.view.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.event.Reading;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.Topics;
import weir.testkit.ManualClock;
import weir.testkit.MemoryLog;

class FleetReaderTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
  private static final Duration STEP = Duration.ofMinutes(4);
  private static final int DEVICES = 12_000;

  private final MemoryLog log = new MemoryLog();
  private final ManualClock clock = new ManualClock(NOON);
  private FleetReader reader;

  @BeforeEach
  void start() {
    log.create(TOPICS.specs(3, Duration.ofDays(1)));
    reader = new FleetReader(log, TOPICS.enriched(), clock);
  }

  @AfterEach
  void close() {
    reader.close();
    log.close();
  }

  private void append(int device, String type, Instant time, double voltage) {
    byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            new EventId("e-" + device),
            new DeviceId("d-" + device),
            type,
            "energy",
            "telemetry",
            time,
            time,
            List.of(new Reading.Numeric("voltage", voltage, "V")),
            json);
    Headers headers = new Headers().add(HeaderNames.EVENT, EventHeader.encode(event, device));
    long millis = time.toEpochMilli();
    log.append(new Entry(TOPICS.enriched(), device % 3, "d-" + device, millis, json, headers))
        .join();
  }

  /// One event of each device over the last 100 minutes, the first of them the oldest.
  private void appendPast() {
    for (int device = 0; device < DEVICES; device++) {
      Instant time = NOON.minusMillis((DEVICES - device) * 500L);
      append(device, "smart_breaker", time, 200 + device / 1e3);
    }
  }

  private Instant since(Instant from) {
    try {
      return reader.figures(from).since(from, SOON);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<FleetBucket> voltages(Instant from) {
    return reader.figures(from).buckets(List.of("smart_breaker"), from, STEP);
  }

  private static double least(List<FleetBucket> buckets) {
    return buckets.stream().mapToDouble(FleetBucket::min).min().orElseThrow();
  }

  private static double most(List<FleetBucket> buckets) {
    return buckets.stream().mapToDouble(FleetBucket::max).max().orElseThrow();
  }

  private static long count(List<FleetBucket> buckets) {
    return buckets.stream().mapToLong(FleetBucket::count).sum();
  }

  @Test
  void coversEveryDeviceOfThePastAndOfWhatComes() {
    appendPast();
    append(1, "smart_meter", NOON.minusSeconds(1), 1_000);
    reader.start();
    Instant from = NOON.minus(Duration.ofHours(2));

    assertThat(since(from)).isBeforeOrEqualTo(from);

    List<FleetBucket> past = voltages(from);
    assertThat(count(past)).isEqualTo(DEVICES);
    assertThat(least(past)).isEqualTo(200);
    assertThat(most(past)).isEqualTo(200 + (DEVICES - 1) / 1e3);
    assertThat(past)
        .allSatisfy(
            bucket -> assertThat(bucket.start().getEpochSecond() % STEP.toSeconds()).isZero());

    append(7, "smart_breaker", NOON, 100);
    Awaitility.await().atMost(SOON).until(() -> count(voltages(from)) == DEVICES + 1);
    assertThat(least(voltages(from))).isEqualTo(100);
  }

  @Test
  void readsThePastAsFarAsSomebodyLooks() {
    appendPast();
    reader.start();
    Instant from = NOON.minus(Duration.ofMinutes(30));

    assertThat(since(from)).isEqualTo(from);
    assertThat(least(voltages(NOON.minus(Duration.ofHours(2))))).isGreaterThan(200);

    Instant all = NOON.minus(Duration.ofHours(2));
    assertThat(since(all)).isBeforeOrEqualTo(all);
    assertThat(least(voltages(all))).isEqualTo(200);
  }

  @Test
  void forgetsAllWhenNobodyLooksAnyMore() {
    append(1, "smart_breaker", NOON, 230);
    reader.start();
    Instant from = NOON.minus(Duration.ofMinutes(4));
    assertThat(since(from)).isBeforeOrEqualTo(from);
    FleetFigures figures = reader.figures(from);

    clock.advance(FleetReader.IDLE);

    Awaitility.await()
        .atMost(SOON)
        .until(() -> figures.buckets(List.of("smart_breaker"), from, STEP).isEmpty());
    assertThat(since(from)).isBeforeOrEqualTo(from);
    assertThat(count(voltages(from))).isEqualTo(1);
  }
}
