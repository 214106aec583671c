package weir.view.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.Position;
import weir.log.Topics;
import weir.testkit.MemoryLog;

class LiveFeedTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Wish EVERYTHING = new Wish(null, null, null, Wish.Messages.ENRICHED, true);

  private final MemoryLog log = new MemoryLog();
  private LiveFeed feed;

  @BeforeEach
  void start() {
    log.create(TOPICS.specs(2, Duration.ofDays(1)));
    feed = new LiveFeed(log, TOPICS, new Gauges(), InstantSource.system());
    feed.start();
  }

  @AfterEach
  void close() {
    feed.close();
    log.close();
  }

  private void append(String device, String type, int number) {
    appendNow(device, type, number).join();
  }

  private CompletableFuture<Position> appendNow(String device, String type, int number) {
    byte[] json = ("{\"n\":\n" + number + "}").getBytes(StandardCharsets.UTF_8);
    Instant now = Instant.now();
    Event event =
        new Event(
            new EventId(device + "-" + number),
            new DeviceId(device),
            type,
            "cloud",
            "telemetry",
            now,
            now,
            List.of(),
            json);
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, event.id().value())
            .add(HeaderNames.EVENT, EventHeader.encode(event, number));
    return log.append(new Entry(TOPICS.enriched(), 0, device, now.toEpochMilli(), json, headers));
  }

  private Watcher watch(Wish wish) throws InterruptedException {
    Watcher watcher = feed.watch(wish, Map.of()).orElseThrow();
    // The second figures come after the feed has found the end of the log.
    Watcher other = feed.watch(EVERYTHING, Map.of()).orElseThrow();
    for (int figures = 0; figures < 2; ) {
      figures += other.take(SOON).figures() == null ? 0 : 1;
    }
    feed.leave(other);
    return watcher;
  }

  private static List<String> messages(Watcher watcher, int wanted) {
    List<String> messages = new ArrayList<>();
    Awaitility.await()
        .atMost(SOON)
        .until(
            () -> {
              messages.addAll(watcher.take(Duration.ofMillis(100)).messages());
              return messages.size() >= wanted;
            });
    return messages;
  }

  @Test
  void showsAMessageInOneLine() throws InterruptedException {
    Watcher watcher = watch(EVERYTHING);
    append("breaker-1", "smart_breaker", 1);

    String message = messages(watcher, 1).getFirst();

    assertThat(message).contains("\"device_id\":\"breaker-1\"").doesNotContain("\n");
  }

  @Test
  void givesAnApplicationNothingButItsTypes() throws InterruptedException {
    Watcher watcher =
        watch(new Wish(Set.of("smart_meter"), null, null, Wish.Messages.ENRICHED, false));
    append("breaker-1", "smart_breaker", 1);
    append("meter-1", "smart_meter", 2);

    assertThat(messages(watcher, 1)).singleElement().asString().contains("meter-1");
  }

  @Test
  void whoIsBoundToTypesSeesNoRawMessage() {
    Wish wish = new Wish(Set.of("smart_meter"), null, null, Wish.Messages.RAW, false);

    assertThat(wish.wantsRaw("meter-1")).isFalse();
  }

  @Test
  void tellsASlowWatcherWhatItMissed() throws InterruptedException {
    Watcher watcher = new Watcher(EVERYTHING, Map.of());
    for (int i = 0; i < Watcher.MESSAGES_MAX + 20; i++) {
      watcher.putMessages(List.of("message " + i), 0, 0, "");
    }

    Watcher.Delivery delivery = watcher.take(Duration.ZERO);

    assertThat(delivery.messages()).hasSize(Watcher.MESSAGES_MAX).endsWith("message 119");
    assertThat(delivery.missed()).isEqualTo(20);
    assertThat(watcher.take(Duration.ZERO).missed()).isZero();
  }

  @Test
  void bringsTheRatesFromBeforeTheStartBack() throws InterruptedException {
    long start = System.currentTimeMillis();
    for (int second = 600; second > 0; second--) {
      log.append(
              new Entry(TOPICS.raw(), 0, "a", start - second * 1_000L, new byte[0], new Headers()))
          .join();
    }

    watch(EVERYTHING);

    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                feed
                        .history()
                        .window(Duration.ofMinutes(10), Duration.ofSeconds(12), start)
                        .stream()
                        .filter(point -> point.rates().raw() > 0.5)
                        .count()
                    > 40);
  }

  @Test
  void admitsALimitedNumber() {
    for (int i = 0; i < LiveFeed.WATCHERS_MAX; i++) {
      assertThat(feed.watch(EVERYTHING, Map.of())).isPresent();
    }

    assertThat(feed.watch(EVERYTHING, Map.of())).isEmpty();
  }

  @Test
  void countsWhatItDidNotRead() throws InterruptedException {
    Watcher watcher = watch(EVERYTHING);
    for (int i = 0; i < 50; i++) {
      append("breaker-1", "smart_breaker", i);
    }

    long told = 0;
    for (int beats = 0; told < 50 && beats < 40; beats++) {
      Watcher.Delivery delivery = watcher.take(Duration.ofMillis(250));
      told += delivery.messages().size() + delivery.sampledOut();
    }
    assertThat(told).isEqualTo(50);
  }

  @Test
  void tellsWhoWantsOneDeviceThatMessagesWereNotLookedAt() throws InterruptedException {
    Watcher watcher = watch(new Wish(null, "nobody", null, Wish.Messages.ENRICHED, false));
    log.hold();
    List<CompletableFuture<Position>> appended = new ArrayList<>();
    for (int i = 0; i < 3 * LiveFeed.READ_MAX; i++) {
      appended.add(appendNow("breaker-1", "smart_breaker", i));
    }

    log.release();
    appended.forEach(CompletableFuture::join);

    assertThat(skipped(watcher)).isGreaterThanOrEqualTo(2 * LiveFeed.READ_MAX);
  }

  @Test
  void tellsWhoComesBackWhatPassed() throws InterruptedException {
    Watcher before = watch(EVERYTHING);
    for (int i = 0; i < 30; i++) {
      append("breaker-1", "smart_breaker", i);
    }
    Awaitility.await()
        .atMost(SOON)
        .until(() -> before.take(Duration.ofMillis(100)).place().startsWith("0:30"));

    Watcher watcher = feed.watch(EVERYTHING, Map.of(0, 10L)).orElseThrow();

    assertThat(skipped(watcher)).isEqualTo(20);
  }

  @Test
  void goesOnBehindAMessageThatCannotBeShown() throws InterruptedException {
    Watcher watcher = watch(EVERYTHING);
    Headers broken = new Headers().add(HeaderNames.EVENT, new byte[] {99});
    log.append(new Entry(TOPICS.enriched(), 0, "breaker-1", 0, new byte[0], broken)).join();
    assertThat(skipped(watcher)).isEqualTo(1);

    append("breaker-1", "smart_breaker", 2);

    assertThat(messages(watcher, 1)).singleElement().asString().contains("breaker-1");
  }

  private static long skipped(Watcher watcher) {
    long[] skipped = {0};
    Awaitility.await()
        .atMost(SOON)
        .until(() -> (skipped[0] += watcher.take(Duration.ofMillis(100)).skipped()) > 0);
    return skipped[0];
  }
}
