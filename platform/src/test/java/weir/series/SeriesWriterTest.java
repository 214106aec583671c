package weir.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weir.series.EventSamples.NOON;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.event.Reading;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Tally;
import weir.log.Topics;
import weir.series.questdb.QuestDbSettings;
import weir.series.questdb.QuestDbStore;
import weir.testkit.MemoryLog;
import weir.trace.Traces;

class SeriesWriterTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Partition ENRICHED = new Partition(TOPICS.enriched(), 0);
  private static final SeriesSettings SETTINGS =
      new SeriesSettings(100, Duration.ZERO, Duration.ofMillis(5), Duration.ofMillis(20), 2, 1_000);

  @TempDir private Path directory;
  private final MemoryLog log = new MemoryLog();
  private QuestDbStore questDb;
  private FaultyStore store;
  private SeriesWriter writer;

  @BeforeEach
  void start() {
    log.create(TOPICS.specs(1, Duration.ofDays(1)));
    InstantSource clock = InstantSource.fixed(NOON);
    questDb =
        new QuestDbStore(
            QuestDbSettings.in(directory),
            StoreLimits.defaults(),
            clock,
            type -> Duration.ofDays(30));
    store = new FaultyStore(questDb);
    startWriter();
  }

  private void startWriter() {
    writer =
        new SeriesWriter(log, TOPICS, store, SETTINGS, InstantSource.fixed(NOON), Traces.off());
    writer.start();
  }

  @AfterEach
  void stop() {
    writer.close();
    questDb.close();
    log.close();
  }

  private static Event event(String id) {
    return EventSamples.temperature(id, "esp32-01", NOON.minusSeconds(10), 20);
  }

  /// An event that had no time of its own, as received at some time.
  private static Event timeless(String id, Instant receivedAt) {
    Event event = EventSamples.temperature(id, "esp32-01", receivedAt, 20);
    return new Event(
        event.id(),
        event.device(),
        event.type(),
        event.family(),
        event.kind(),
        receivedAt,
        receivedAt,
        event.readings(),
        event.json());
  }

  private void enrich(Event event, long rawOffset) {
    append(
        new Headers()
            .add(HeaderNames.EVENT_ID, event.id().value())
            .add(HeaderNames.EVENT, EventHeader.encode(event, rawOffset)),
        event.json());
  }

  private void append(Headers headers, byte[] value) {
    log.append(new Entry(TOPICS.enriched(), 0, "esp32-01", NOON.toEpochMilli(), value, headers))
        .join();
  }

  private void appendRaw(String id) {
    Headers headers = new Headers().add(HeaderNames.EVENT_ID, id).add(HeaderNames.PATH, "/ingest");
    byte[] payload = ("raw " + id).getBytes(StandardCharsets.UTF_8);
    log.append(new Entry(TOPICS.raw(), 0, "esp32-01", NOON.toEpochMilli(), payload, headers))
        .join();
  }

  private Tally awaitDone(long offset) {
    await().atMost(Duration.ofSeconds(30)).until(() -> offset <= committed().offset());
    assertThat(questDb.awaitQueryable(Duration.ofSeconds(30))).isTrue();
    return Tally.parse(committed().note());
  }

  private EventLog.Committed committed() {
    return log.committed(Groups.SERIES).getOrDefault(ENRICHED, new EventLog.Committed(0, ""));
  }

  private List<LogRecord> deadLetters() {
    Partition dlq = new Partition(TOPICS.dlq(), 0);
    try (EventLog.LogReader reader = log.reader()) {
      reader.seek(Map.of(dlq, 0L));
      return reader.poll(Duration.ofMillis(50));
    }
  }

  @Test
  void storesEventsAndCommitsTheBooksWithTheirPosition() {
    enrich(event("e-1"), 0);
    enrich(event("e-2"), 1);

    Tally books = awaitDone(2);

    assertThat(questDb.eventCount()).isEqualTo(2);
    assertThat(books.get("stored.http")).isEqualTo(2);
    assertThat(books.get("raw")).isEqualTo(1);
    assertThat(writer.health().events()).isEqualTo(2);
    assertThat(writer.health().readings()).isEqualTo(2);
  }

  @Test
  void skipsWhatThePipelineWroteTwiceAfterACrash() {
    enrich(event("e-1"), 0);
    enrich(event("e-2"), 1);
    awaitDone(2);
    enrich(event("e-1"), 0);
    enrich(event("e-2"), 1);
    enrich(event("e-3"), 2);

    Tally books = awaitDone(5);

    assertThat(books.get("stored.http")).isEqualTo(3);
    assertThat(books.get("repeat.http")).isEqualTo(2);
    assertThat(questDb.eventCount()).isEqualTo(3);
  }

  @Test
  void storesWhatTwoDevicesSendUnderOneId() {
    enrich(EventSamples.temperature("e-1", "a", NOON, 1), 0);
    enrich(EventSamples.temperature("e-1", "b", NOON.plusSeconds(1), 1), 1);
    enrich(EventSamples.temperature("e-1", "a", NOON.plusSeconds(2), 1), 2);

    awaitDone(3);

    assertThat(questDb.eventCount()).isEqualTo(2);
  }

  @Test
  void goesOnWhereItStoppedAfterARestart() {
    enrich(event("e-1"), 0);
    awaitDone(1);
    writer.close();
    enrich(event("e-2"), 1);
    startWriter();

    Tally books = awaitDone(2);

    assertThat(books.get("stored.http")).isEqualTo(2);
    assertThat(questDb.eventCount()).isEqualTo(2);
  }

  @Test
  void waitsForAStoreThatIsDownAndSetsNothingAside() {
    store.failNext(25, () -> new StoreException("disk full"));
    enrich(event("e-1"), 0);
    await().until(() -> writer.health().stuckSince() != null);
    assertThat(writer.health().trouble()).contains("disk full");

    Tally books = awaitDone(1);

    assertThat(books.get("stored.http")).isEqualTo(1);
    await().until(() -> writer.health().stuckSince() == null);
    assertThat(deadLetters()).isEmpty();
  }

  @Test
  void setsTheOneBadEventAsideAndStoresTheRest() {
    for (int i = 0; i < 20; i++) {
      appendRaw("e-" + i);
      Instant time = i == 7 ? Instant.EPOCH : NOON.minusSeconds(i);
      enrich(EventSamples.temperature("e-" + i, "esp32-01", time, i), i);
    }

    Tally books = awaitDone(20);

    assertThat(books.get("stored.http")).isEqualTo(19);
    assertThat(books.get("aside.http")).isEqualTo(1);
    assertThat(questDb.eventCount()).isEqualTo(19);
    LogRecord letter = deadLetters().getFirst();
    assertThat(letter.value()).isEqualTo("raw e-7".getBytes(StandardCharsets.UTF_8));
    assertThat(letter.headers().text(HeaderNames.REASON)).contains("REFUSED_BY_STORE");
    assertThat(letter.headers().text(HeaderNames.ORIGIN)).contains("iot.raw-0@7");
    assertThat(letter.headers().text(HeaderNames.PATH)).contains("/ingest");
    assertThat(letter.headers().text(HeaderNames.FAMILY)).contains("http");
  }

  @Test
  void setsAsideWhatIsNoEvent() {
    append(new Headers(), "{}".getBytes(StandardCharsets.UTF_8));
    append(new Headers().add(HeaderNames.EVENT, new byte[] {1, 2}), new byte[] {'{', '}'});

    Tally books = awaitDone(2);

    assertThat(books.get("aside.unknown")).isEqualTo(2);
    assertThat(deadLetters())
        .hasSize(2)
        .allSatisfy(
            letter -> assertThat(letter.headers().text(HeaderNames.REASON)).contains("UNREADABLE"));
  }

  @Test
  void anUnexpectedErrorGetsTwoMoreTriesAndIsThenSetAside() {
    store.failOn("e-1", () -> new IllegalStateException("a bug"));
    enrich(event("e-0"), 0);
    enrich(event("e-1"), 1);
    enrich(event("e-2"), 2);

    Tally books = awaitDone(3);

    assertThat(books.get("aside.http")).isEqualTo(1);
    assertThat(questDb.eventCount()).isEqualTo(2);
    assertThat(deadLetters().getFirst().headers().text(HeaderNames.REASON)).contains("FAILED");
  }

  @Test
  void manyUnexpectedErrorsStopTheWriterUntilTheyEnd() {
    store.failOn("bad", () -> new IllegalStateException("a bug"));
    for (int i = 0; i < 5; i++) {
      enrich(event("bad-" + i), i);
    }
    await().until(() -> writer.health().trouble().contains("too many"));
    assertThat(deadLetters()).isEmpty();

    store.mend();
    Tally books = awaitDone(5);

    assertThat(books.get("stored.http")).isEqualTo(5);
  }

  @Test
  void storesAnEventWithoutOwnTimeOnceHoweverOftenItIsSent() {
    enrich(timeless("e-1", NOON.minusSeconds(10)), 0);
    awaitDone(1);
    enrich(timeless("e-1", NOON.minusSeconds(8)), 1);
    awaitDone(2);
    writer.close();
    startWriter();
    enrich(timeless("e-1", NOON.minusSeconds(5)), 2);
    enrich(timeless("e-2", NOON.minusSeconds(5)), 3);

    Tally books = awaitDone(4);

    assertThat(questDb.eventCount()).isEqualTo(2);
    assertThat(books.get("stored.http")).isEqualTo(4);
  }

  @Test
  void keepsTextsAndNumbers() {
    List<Reading> readings =
        List.of(new Reading.Textual("state", "on", ""), new Reading.Numeric("power", 3, "W"));
    enrich(EventSamples.event("e-1", "plug", "plug", "energy", NOON.minusSeconds(1), readings), 0);

    awaitDone(1);

    assertThat(questDb.latest(new weir.device.DeviceId("plug"))).hasSize(2);
  }
}
