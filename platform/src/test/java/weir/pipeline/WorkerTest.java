package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.device.DecodingParameter.Encoding;
import weir.event.HeaderNames;
import weir.event.Rejection.Reason;
import weir.log.Entry;
import weir.log.EventLog.Subscription;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Tally;
import weir.log.Topics;
import weir.testkit.LogRecords;
import weir.testkit.ManualClock;
import weir.testkit.MemoryDirectory;
import weir.testkit.MemoryLog;
import weir.trace.Traces;

/// One worker and the relay, turned by hand.
class WorkerTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration DAY = Duration.ofDays(1);
  private static final String SIREN = "cmnd/f2-1/alarm-mode/J1/siren-1";

  private final MemoryLog log = new MemoryLog();
  private final MemoryDirectory known = new MemoryDirectory();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-06-01T12:00:00Z"));
  private Pipeline pipeline;
  private Worker worker;
  private Subscription relaySubscription;

  @BeforeEach
  void open() {
    log.create(TOPICS.specs(1, DAY));
    pipeline =
        new Pipeline(
            log,
            new PipelineTopics(TOPICS, 1, DAY),
            Dialects.builtIn(),
            known,
            Applications.none(),
            PipelineSettings.defaults(),
            clock,
            Traces.off());
    worker = pipeline.worker();
    relaySubscription = log.join(Groups.RETRY, Set.of(TOPICS.retry()));
  }

  @AfterEach
  void close() {
    worker.close();
    log.close();
  }

  @Test
  void keepsTheNeighboursOfAPoisonRecord() throws InterruptedException {
    send("iot/a/raw", "{}");
    send("iot/b/raw", "{broken");
    send("iot/c/raw", "{}");

    turn();

    assertThat(log.records(TOPICS.enriched())).hasSize(2);
    assertThat(log.records(TOPICS.dlq())).hasSize(1);
    LogRecord dead = log.records(TOPICS.dlq()).getFirst();
    assertThat(LogRecords.value(dead)).isEqualTo("{broken".getBytes(UTF_8));
    assertThat(dead.headers().text(HeaderNames.REASON)).hasValue("UNREADABLE");
    assertThat(dead.headers().text(HeaderNames.FAMILY)).hasValue("cloud");
    assertThat(dead.headers().text(HeaderNames.PATH)).hasValue("iot/b/raw");
    assertThat(dead.headers().text(HeaderNames.ORIGIN)).hasValue("iot.raw-0@1");
  }

  @Test
  void triesAgainWhenAParameterIsMissingUntilItIsThere() throws InterruptedException {
    send(SIREN, "{\"status\":true}");
    turn();
    RetryRelay relay = pipeline.relay();
    relay.advance(relaySubscription, Duration.ZERO);
    assertThat(log.records(TOPICS.raw())).hasSize(1);
    assertThat(pipeline.retriesOverdue()).isZero();

    known.parameter("f2-1", "alarm-mode", "siren", "1", Encoding.BOOLEAN, "state", 1);
    clock.advance(Duration.ofSeconds(5));
    assertThat(pipeline.retriesOverdue()).isEqualTo(1);
    relay.advance(relaySubscription, Duration.ZERO);
    assertThat(pipeline.retriesOverdue()).isZero();
    turn();

    assertThat(log.records(TOPICS.raw()).getLast().headers().text(HeaderNames.ATTEMPT))
        .hasValue("1");
    assertThat(log.records(TOPICS.enriched())).hasSize(1);
    assertThat(books().counts())
        .containsEntry("in.f2", 1L)
        .containsEntry("retry.f2", 1L)
        .containsEntry("again.f2", 1L)
        .containsEntry("out.f2", 1L);
  }

  @Test
  void retriesGoOnAfterAMistakeOfTheProgram() throws InterruptedException {
    relaySubscription.close();
    send(SIREN, "{\"status\":true}");
    turn();
    clock.advance(Duration.ofSeconds(5));
    AtomicBoolean mistaken = new AtomicBoolean();
    InstantSource faulty =
        () -> {
          if (mistaken.compareAndSet(false, true)) {
            throw new IllegalStateException("on purpose");
          }
          return clock.instant();
        };
    CountDownLatch closing = new CountDownLatch(1);
    RetryRelay relay = new RetryRelay(log, TOPICS, new PipelineCounts(clock), faulty, closing);
    Thread thread = Thread.ofPlatform().start(relay);
    try {
      await().atMost(Duration.ofSeconds(10)).until(() -> log.records(TOPICS.raw()).size() == 2);
    } finally {
      closing.countDown();
      thread.join();
    }
    assertThat(mistaken).isTrue();
  }

  @Test
  void readsNoMoreThanFitsInMemoryWhileRetriesWait() throws InterruptedException {
    PipelineCounts counts = new PipelineCounts(clock);
    RetryRelay relay = new RetryRelay(log, TOPICS, counts, clock, new CountDownLatch(1));
    byte[] large = new byte[200 * 1024];
    for (int i = 0; i < 10; i++) {
      sendRetries(20, large);
      relay.advance(relaySubscription, Duration.ZERO);
    }

    clock.advance(Duration.ofSeconds(5));
    assertThat((long) counts.retriesOverdue() * large.length)
        .isBetween(RetryRelay.HELD_BYTES_MAX, RetryRelay.HELD_BYTES_MAX + 20L * large.length);
    relay.advance(relaySubscription, Duration.ZERO);
    relay.advance(relaySubscription, Duration.ZERO);

    assertThat(log.records(TOPICS.raw())).hasSize(200);
    assertThat(log.committed(Groups.RETRY).values())
        .allSatisfy(committed -> assertThat(committed.offset()).isEqualTo(200));
  }

  private void sendRetries(int count, byte[] payload) {
    String due = Long.toString(clock.millis() + 5_000);
    for (int i = 0; i < count; i++) {
      Headers headers = new Headers().add(HeaderNames.DUE, due);
      log.append(new Entry(TOPICS.retry(), 0, "a", clock.millis(), payload, headers)).join();
    }
  }

  @Test
  void setsAsideAfterThreeMoreTries() throws InterruptedException {
    send(SIREN, "{\"status\":true}");
    RetryRelay relay = pipeline.relay();
    for (Duration delay :
        List.of(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(2))) {
      turn();
      assertThat(log.records(TOPICS.dlq())).isEmpty();
      relay.advance(relaySubscription, Duration.ZERO);
      clock.advance(delay.minusMillis(300));
      relay.advance(relaySubscription, Duration.ZERO);
      long before = log.records(TOPICS.raw()).size();
      clock.advance(Duration.ofMillis(300));
      relay.advance(relaySubscription, Duration.ZERO);
      assertThat(log.records(TOPICS.raw())).hasSize((int) before + 1);
    }
    turn();

    LogRecord dead = log.records(TOPICS.dlq()).getFirst();
    assertThat(dead.headers().text(HeaderNames.REASON)).hasValue("NO_PARAMETER");
    assertThat(dead.headers().text(HeaderNames.DETAIL).orElseThrow())
        .endsWith("after 3 more tries");
    assertThat(dead.headers().text(HeaderNames.ATTEMPT)).isEmpty();
    assertThat(dead.headers().text(HeaderNames.HANDED)).isEmpty();
  }

  @Test
  void countsAReplayedDeadLetterAsAgain() throws InterruptedException {
    send("iot/a/raw", "{}", HeaderNames.REPLAY_OF, "iot.dlq-0@7");
    turn();

    assertThat(books().counts()).containsEntry("again.cloud", 1L).doesNotContainKey("in.cloud");
  }

  @Test
  void waitsForTheRegistryAndSetsNothingAside() throws InterruptedException {
    send("iot/a/raw", "{}");
    known.fail();
    worker.turn(Duration.ZERO);
    assertThat(pipeline.health().stuckSince()).hasValue(clock.instant());
    assertThat(pipeline.health().lastError()).isPresent();

    known.mend();
    turn();

    assertThat(pipeline.health().stuckSince()).isEmpty();
    assertThat(log.records(TOPICS.enriched())).hasSize(1);
    assertThat(log.records(TOPICS.dlq())).isEmpty();
  }

  @Test
  void commitsNothingBeforeTheAppendIsDurable() throws InterruptedException {
    send("iot/a/raw", "{}");
    log.hold();
    Thread turning = Thread.ofVirtual().start(this::turnQuietly);

    await().until(() -> log.heldCount() > 0);
    assertThat(books().counts()).doesNotContainKey("out.cloud");

    log.release();
    turning.join();
    turn();
    assertThat(books().counts()).containsEntry("out.cloud", 1L);
  }

  @Test
  void bringsFailedAppendsInWhenTheLogIsBack() throws InterruptedException {
    send("iot/a/raw", "{}");
    worker.advance(Duration.ZERO);
    send("iot/b/raw", "{}");
    log.failAppends();
    Thread turning = Thread.ofVirtual().start(this::turnQuietly);
    await().until(() -> pipeline.health().stuckSince().isPresent());

    log.mendAppends();
    turning.join();
    turn();

    assertThat(log.records(TOPICS.enriched())).hasSize(2);
    assertThat(books().counts()).containsEntry("out.cloud", 2L);
    assertThat(pipeline.health().stuckSince()).isEmpty();
  }

  @Test
  void setsAsideWhatFailsTwiceForNoKnownReason() throws InterruptedException {
    known.breakFor("bug");
    send("iot/bug-1/raw", "{}");
    send("iot/a/raw", "{}");
    turn();

    assertThat(pipeline.health().setAside()).containsEntry(Reason.FAILED, 1L);
    assertThat(log.records(TOPICS.enriched())).hasSize(1);
    assertThat(log.records(TOPICS.dlq()).getFirst().headers().text(HeaderNames.DETAIL))
        .hasValue("unexpected IllegalStateException");
  }

  @Test
  void stopsTheLineWhenEverythingFailsAndGoesOnWhenTold() throws InterruptedException {
    known.breakFor("bug");
    for (int i = 0; i < 130; i++) {
      send("iot/bug-" + i + "/raw", "{}");
    }
    worker.turn(Duration.ZERO);
    assertThat(pipeline.health().stopped()).isTrue();
    assertThat(log.records(TOPICS.dlq()).size()).isLessThanOrEqualTo(100);
    long deadBefore = log.records(TOPICS.dlq()).size();
    worker.turn(Duration.ZERO);
    assertThat(log.records(TOPICS.dlq())).hasSize((int) deadBefore);

    known.breakFor("");
    pipeline.resume();
    turn();

    assertThat(log.records(TOPICS.enriched()).size() + log.records(TOPICS.dlq()).size())
        .isEqualTo(130);
    assertThat(pipeline.health().stopped()).isFalse();
  }

  @Test
  void givesRecordsThatNoDoorWroteAnIdOfTheirPlace() {
    log.append(new Entry(TOPICS.raw(), 0, null, clock.millis(), new byte[] {1}, new Headers()))
        .join();
    turnQuietly();

    assertThat(log.records(TOPICS.dlq()).getFirst().headers().text(HeaderNames.REASON))
        .hasValue("UNKNOWN_TOPIC");
  }

  private void turn() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofMillis(101));
      worker.turn(Duration.ZERO);
    }
  }

  private void turnQuietly() {
    try {
      turn();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(String topic, String payload, String... more) {
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, "e")
            .add(HeaderNames.DOOR, "mqtt")
            .add(HeaderNames.PATH, topic)
            .add(HeaderNames.QOS, "1");
    for (int i = 0; i < more.length; i += 2) {
      headers.add(more[i], more[i + 1]);
    }
    byte[] value = payload.getBytes(UTF_8);
    log.append(new Entry(TOPICS.raw(), 0, null, clock.millis(), value, headers)).join();
  }

  private Tally books() {
    Tally books = new Tally();
    Map.copyOf(log.committed(Groups.PIPELINE))
        .values()
        .forEach(committed -> books.add(Tally.parse(committed.note())));
    return books;
  }
}
