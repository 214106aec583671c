package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.Database;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;
import weir.testkit.RedisServer;

/// Who wants what, to the millisecond, wherever the index is.
@ParameterizedClass
@EnumSource(SubscriptionIndexTest.Place.class)
class SubscriptionIndexTest {

  /// Where the index is.
  enum Place {
    MEMORY,
    REDIS
  }

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Topic TOPIC = new Topic("iot.enriched");

  private static final Duration REACH = Duration.ofDays(3_650);

  private final Place place;
  @TempDir private Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private SubscriptionIndex index;
  private int devices;

  SubscriptionIndexTest(Place place) {
    this.place = place;
  }

  @BeforeEach
  void openIndex() throws IOException {
    index =
        switch (place) {
          case MEMORY -> new MemoryIndex();
          case REDIS -> redis();
        };
    open.add(index);
  }

  private RedisIndex redis() throws IOException {
    RedisServer.require();
    RedisServer server = new RedisServer();
    open.add(server);
    Database registry = new Database(folder.resolve("registry.db"), 1);
    open.add(registry);
    RedisIndex redis =
        new RedisIndex(RedisSettings.at(server.url()), registry, REACH, InstantSource.system());
    Awaitility.await().until(redis::isWhole);
    return redis;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private void put(Subscription subscription, Instant askedAt) {
    index.put(List.of(new Kept(subscription, askedAt)));
  }

  private static LogRecord record(String device, String type, Instant accepted, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            new EventId("event"),
            new DeviceId(device),
            type,
            "appliance",
            "telemetry",
            accepted,
            accepted,
            List.of(),
            body);
    return new LogRecord(
        new Position(new Partition(TOPIC, 0), 7),
        device,
        0,
        body,
        new Headers().add(HeaderNames.EVENT, EventHeader.encode(event, 7)));
  }

  private Set<String> takers(String device, String type, Instant accepted, String json) {
    LogRecord record = record(device, type, accepted, json);
    index.prepare(List.of(record));
    SubscriptionIndex.Match match = index.match(record);
    return match == null ? Set.of() : match.applications();
  }

  private static Subscription subscription(String application, Selector selector) {
    return new Subscription(
        selector.subscriptionOf(application),
        application,
        selector,
        START,
        START.plus(Duration.ofHours(1)),
        null,
        null);
  }

  @Test
  void cutsByTheTimeOfAcceptance() {
    put(subscription("app", Selector.ofDevice("fridge")), START);
    Instant end = START.plus(Duration.ofHours(1));
    assertThat(takers("fridge", "Refrigerator", START.minusMillis(1), "{}")).isEmpty();
    assertThat(takers("fridge", "Refrigerator", START, "{}")).containsExactly("app");
    assertThat(takers("fridge", "Refrigerator", end.minusMillis(1), "{}")).containsExactly("app");
    assertThat(takers("fridge", "Refrigerator", end, "{}")).isEmpty();
    assertThat(takers("oven", "Oven", START, "{}")).isEmpty();
  }

  @Test
  void aRenewalLeavesNoGapAndACancellationCuts() {
    SubscriptionRequest first =
        new SubscriptionRequest("app", Selector.ofDevice("fridge"), START, Duration.ofHours(1));
    Subscription asked = first.apply(Optional.empty()).orElseThrow();
    Instant later = START.plus(Duration.ofMinutes(30));
    Subscription renewed =
        new SubscriptionRequest("app", Selector.ofDevice("fridge"), later, Duration.ofHours(1))
            .apply(Optional.of(asked))
            .orElseThrow();
    assertThat(renewed.id()).isEqualTo(asked.id());
    assertThat(renewed.subscribedAt()).isEqualTo(START);
    assertThat(renewed.expiresAt()).isEqualTo(later.plus(Duration.ofHours(1)));
    Subscription cancelled =
        new SubscriptionRequest("app", Selector.ofDevice("fridge"), later.plusSeconds(1), null)
            .apply(Optional.of(renewed))
            .orElseThrow();
    put(cancelled, later.plusSeconds(1));
    put(renewed, later);
    assertThat(takers("fridge", "Refrigerator", later, "{}")).containsExactly("app");
    assertThat(takers("fridge", "Refrigerator", later.plusSeconds(1), "{}")).isEmpty();
    assertThat(cancelled.status(later.plusSeconds(2))).isEqualTo(Subscription.Status.CANCELLED);
  }

  @Test
  void cancellingWhatHasEndedChangesNothing() {
    SubscriptionRequest cancel =
        new SubscriptionRequest(
            "app", Selector.ofDevice("fridge"), START.plus(Duration.ofHours(2)), null);
    Subscription expired = subscription("app", Selector.ofDevice("fridge"));
    assertThat(cancel.apply(Optional.of(expired))).isEmpty();
    assertThat(cancel.apply(Optional.empty())).isEmpty();
  }

  @Test
  void anEventOfTheTimeBeforeARenewalThatCameLateIsStillWanted() {
    Instant later = START.plus(Duration.ofHours(3));
    Subscription expired = subscription("app", Selector.ofDevice("fridge"));
    put(
        new SubscriptionRequest("app", Selector.ofDevice("fridge"), later, Duration.ofHours(1))
            .apply(Optional.of(expired))
            .orElseThrow(),
        START);
    assertThat(takers("fridge", "Refrigerator", START, "{}")).containsExactly("app");
    assertThat(takers("fridge", "Refrigerator", later.minusMillis(1), "{}")).isEmpty();
    assertThat(takers("fridge", "Refrigerator", later, "{}")).containsExactly("app");
  }

  @Test
  void matchesByTypeAndByFilter() {
    put(subscription("types", new Selector(null, "Refrigerator", null)), START);
    put(
        subscription("errors", new Selector(null, null, "{\"error_code\":{\"exists\":true}}")),
        START);
    assertThat(takers("a", "Refrigerator", START, "{\"error_code\":null}"))
        .containsExactly("types");
    assertThat(takers("b", "Oven", START, "{\"error_code\":\"E1\"}")).containsExactly("errors");
    assertThat(takers("c", "Refrigerator", START, "{\"error_code\":\"CF\"}"))
        .containsExactlyInAnyOrder("types", "errors");
  }

  @Test
  void aFilterComparesFieldsByPath() {
    String event =
        "{\"status\":\"cooling\",\"n\":5,\"measurements\":{\"temperature\":{\"value\":31.5}}}";
    assertThat(holds("{\"status\":\"cooling\",\"n\":5.0}", event)).isTrue();
    assertThat(holds("{\"measurements.temperature.value\":{\"gt\":30,\"lte\":31.5}}", event))
        .isTrue();
    assertThat(holds("{\"status\":{\"in\":[\"idle\",\"off\"]}}", event)).isFalse();
    assertThat(holds("{\"missing\":{\"ne\":\"x\"}}", event)).isTrue();
    assertThat(holds("{\"missing\":{\"gt\":0}}", event)).isFalse();
    assertThatThrownBy(() -> EventFilter.parse("{\"a\":{\"like\":\"x\"}}"))
        .hasMessageContaining("operator");
    assertThatThrownBy(() -> EventFilter.parse("[]")).isInstanceOf(IllegalArgumentException.class);
  }

  private boolean holds(String filter, String event) {
    String device = "device-" + devices++;
    put(subscription("app", new Selector(device, null, filter)), START);
    return takers(device, "Oven", START, event).contains("app");
  }

  @Test
  void aRequestSurvivesTheLog() {
    SubscriptionRequest request =
        new SubscriptionRequest("app", Selector.ofDevice("fridge"), START, Duration.ofHours(5));
    assertThat(SubscriptionRequest.read(request.json())).contains(request);
    byte[] documented =
        """
        {"service_id":"app","device_id":"fridge","timestamp":"2026-01-01T00:00:00+00:00",\
        "expiry_hours":5}\
        """
            .getBytes(StandardCharsets.UTF_8);
    assertThat(SubscriptionRequest.read(documented)).contains(request);
    assertThat(SubscriptionRequest.read(new byte[] {'x'})).isEmpty();
    String hostile = new String(documented, StandardCharsets.UTF_8);
    for (String json :
        List.of(
            hostile.replace("}", ",\"filter\":\"{no filter\"}"),
            hostile.replace("2026-", "+99999-"),
            hostile.replace("fridge", "f".repeat(129)))) {
      assertThat(SubscriptionRequest.read(json.getBytes(StandardCharsets.UTF_8)))
          .as(json)
          .isEmpty();
    }
    assertThat(Objects.requireNonNull(request.lifetime())).isEqualTo(Duration.ofHours(5));
  }
}
