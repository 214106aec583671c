package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
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

/// Who wants what, to the millisecond.
class SubscriptionIndexTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Topic TOPIC = new Topic("iot.enriched");

  private final SubscriptionIndex index = new SubscriptionIndex();

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
    SubscriptionIndex.Match match = index.match(record(device, type, accepted, json));
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
    index.put(subscription("app", Selector.ofDevice("fridge")));
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
    index.put(cancelled);
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
    index.put(
        new SubscriptionRequest("app", Selector.ofDevice("fridge"), later, Duration.ofHours(1))
            .apply(Optional.of(expired))
            .orElseThrow());
    assertThat(takers("fridge", "Refrigerator", START, "{}")).containsExactly("app");
    assertThat(takers("fridge", "Refrigerator", later.minusMillis(1), "{}")).isEmpty();
    assertThat(takers("fridge", "Refrigerator", later, "{}")).containsExactly("app");
  }

  @Test
  void matchesByTypeAndByFilter() {
    index.put(subscription("types", new Selector(null, "Refrigerator", null)));
    index.put(
        subscription("errors", new Selector(null, null, "{\"error_code\":{\"exists\":true}}")));
    assertThat(takers("a", "Refrigerator", START, "{\"error_code\":null}"))
        .containsExactly("types");
    assertThat(takers("b", "Oven", START, "{\"error_code\":\"E1\"}")).containsExactly("errors");
    assertThat(takers("c", "Refrigerator", START, "{\"error_code\":\"CF\"}"))
        .containsExactlyInAnyOrder("types", "errors");
  }

  @Test
  void doesNotLookIntoWhatNobodyWants() {
    index.put(subscription("app", Selector.ofDevice("fridge")));
    LogRecord unreadable =
        new LogRecord(
            new Position(new Partition(TOPIC, 0), 7),
            "other",
            0,
            new byte[] {1},
            new Headers().add(HeaderNames.EVENT, new byte[] {99}));
    assertThat(index.match(unreadable)).isNull();
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
    index.put(subscription("app", new Selector("device", null, filter)));
    boolean holds = takers("device", "Oven", START, event).contains("app");
    index.remove(new Selector("device", null, filter).subscriptionOf("app"));
    return holds;
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
