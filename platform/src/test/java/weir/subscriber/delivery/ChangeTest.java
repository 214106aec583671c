package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.DeviceId;
import weir.device.Outcome;
import weir.subscriber.Endpoint;
import weir.subscriber.SubscriberSettings;
import weir.testkit.TestEngine;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// What an owner changes while events are under way counts from the next request on, and nothing
/// is lost by it. Time is injected.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ParameterizedClass
@EnumSource(TestEngine.class)
class ChangeTest extends LanesScene {

  ChangeTest(TestEngine engine) {
    super(engine);
  }

  private void acceptTen(Endpoint endpoint) {
    for (int i = 0; i < 10; i++) {
      lanes.accept("event-" + i, "device", endpoint);
    }
  }

  @Test
  void goesToTheNewUrlFromTheNextRequestOn() throws Exception {
    try (WebhookReceiver other = new WebhookReceiver()) {
      Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
      receiver.behave(
          any -> {
            lanes.change(endpoint, "url", other.url());
            return Answer.of(200);
          });
      acceptTen(endpoint);
      lanes.settle();
      assertThat(receiver.ids()).containsExactly("event-0");
      assertThat(other.ids()).hasSize(9).isSorted();
    }
  }

  @Test
  void aNewUrlIsTriedAtOnceHoweverOftenTheOldOneFailed() throws Exception {
    receiver.behave(any -> Answer.of(500));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    acceptTen(endpoint);
    for (int i = 0; i < 20; i++) {
      lanes.advance(Duration.ofMinutes(30));
    }
    try (WebhookReceiver other = new WebhookReceiver()) {
      lanes.change(endpoint, "url", other.url());
      lanes.settle();
      assertThat(other.ids()).hasSize(10);
    }
  }

  @Test
  void goneAtTheOldUrlSaysNothingAboutTheNewOne() throws Exception {
    try (WebhookReceiver other = new WebhookReceiver()) {
      Endpoint endpoint = lanes.endpoint(receiver.url());
      receiver.behave(
          any -> {
            lanes.change(endpoint, "url", other.url());
            return Answer.of(410);
          });
      acceptTen(endpoint);
      lanes.settle();
      assertThat(lanes.state(endpoint)).isEqualTo(Endpoint.State.ACTIVE);
      assertThat(other.ids()).hasSize(10);
    }
  }

  @Test
  void sendsNothingMoreOnceItIsPaused() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    receiver.behave(
        any -> {
          var _ = lanes.deliveries.pause(endpoint.application());
          return Answer.of(200);
        });
    acceptTen(endpoint);
    lanes.settle();
    assertThat(receiver.ids()).hasSize(1);
    assertThat(lanes.status(endpoint).waiting()).isEqualTo(9);
  }

  @Test
  void signsWithTheNewSecretAtOnceWhenThereIsNoGrace() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    receiver.behave(
        one -> {
          if (one.id().equals("event-0")) {
            var _ = lanes.endpoints.rotateSecret(endpoint.application(), Duration.ZERO);
          }
          return Answer.of(200);
        });
    acceptTen(endpoint);
    lanes.settle();
    Endpoint now = lanes.endpoints.byNumber(endpoint.number()).orElseThrow();
    WebhookReceiver.Received second = receiver.received().get(1);
    assertThat(second.header("webhook-signature"))
        .isEqualTo(
            Signature.of(
                second.id(), lanes.clock.instant(), second.body(), now.secrets().at(lanes.now())));
  }

  @Test
  void sendsNothingToAnInactiveApplicationAndGoesOnWhenItIsActiveAgain() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    acceptTen(endpoint);
    lanes.set(endpoint, "status", "inactive");
    lanes.advance(Duration.ofMinutes(5));
    assertThat(receiver.received()).isEmpty();
    lanes.set(endpoint, "status", "active");
    lanes.advance(Duration.ofSeconds(31));
    assertThat(receiver.ids()).hasSize(10);
  }

  @Test
  void deletingAnEndpointStopsOnlyThatEndpoint() throws Exception {
    try (WebhookReceiver other = new WebhookReceiver()) {
      Endpoint deleted = lanes.endpoint(receiver.url());
      Endpoint stays = lanes.endpoint(other.url());
      receiver.behave(
          any -> {
            var _ = lanes.applications.delete(deleted.application());
            return Answer.of(410);
          });
      acceptTen(deleted);
      lanes.accept("one", "device", stays);
      lanes.settle();
      assertThat(receiver.ids()).hasSize(1);
      assertThat(other.ids()).containsExactly("one");
      assertThat(lanes.tidy()).isZero();
      assertThat(lanes.keptEvents()).isZero();
    }
  }

  @Test
  void whatWasMatchedBeforeTheResumptionIsSentAfterIt() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    var _ = lanes.deliveries.pause(endpoint.application());
    Endpoint paused = lanes.endpoints.byNumber(endpoint.number()).orElseThrow();
    Arrival matched = lanes.arrival(Place.of(0, 0), "one", "device", List.of(paused));
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    lanes.lay(matched);
    lanes.settle();
    assertThat(receiver.ids()).containsExactly("one");
  }

  @Test
  void goneIsParkedAndComesBackWhenTheOwnerSaysSo() throws Exception {
    receiver.behave(any -> Answer.of(410));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    acceptTen(endpoint);
    lanes.settle();
    assertThat(lanes.tidy()).isZero();
    assertThat(lanes.status(endpoint).parked()).isEqualTo(10);
    receiver.forget();
    receiver.behave(any -> Answer.of(200));
    var _ = lanes.deliveries.resume(endpoint.application());
    assertThat(lanes.deliveries.redeliverParked(endpoint, -1).count()).isEqualTo(10);
    lanes.settle();
    assertThat(receiver.ids()).hasSize(10);
    assertThat(lanes.keptEvents()).isZero();
  }

  @Test
  void whatTheOwnerSaysAtOneProcessCountsAtTheOthers() throws Exception {
    DeliveryWorker other = lanes.newWorker();
    Endpoint endpoint = lanes.endpoint(receiver.url());
    for (int status : new int[] {500, 410}) {
      receiver.behave(any -> Answer.of(status));
      lanes.accept("event of " + status, "device", endpoint);
      LanesFixture.settle(other);
      var _ = lanes.deliveries.pause(endpoint.application());
      var _ = lanes.deliveries.resume(endpoint.application());
      lanes.clock.advance(lanes.settings.lanes().disableAfter());
      receiver.behave(any -> Answer.of(500));
      LanesFixture.settle(other);
      assertThat(lanes.state(endpoint)).isEqualTo(Endpoint.State.ACTIVE);
      receiver.behave(any -> Answer.of(200));
      lanes.clock.advance(Duration.ofSeconds(7));
      LanesFixture.settle(other);
      assertThat(lanes.status(endpoint).waiting()).isZero();
    }
  }

  @Test
  void severalProcessesProbeAnEndpointOnceAndGoOnTogether() throws Exception {
    DeliveryWorker other = lanes.newWorker();
    Endpoint endpoint = lanes.endpoint(receiver.url(), "timeout_seconds", "20");
    receiver.behave(any -> Answer.of(500));
    for (int partition = 0; partition < 4; partition++) {
      lanes.acceptIn(partition, "event-" + partition, "device", endpoint);
    }
    for (int i = 0; i < 4; i++) {
      lanes.advance(Duration.ofSeconds(40));
    }
    receiver.forget();
    CountDownLatch release = new CountDownLatch(1);
    receiver.behave(any -> awaited(release) ? Answer.of(200) : Answer.of(500));
    lanes.clock.advance(Duration.ofHours(1));
    while (receiver.received().isEmpty()) {
      lanes.worker.turn(Duration.ofMillis(5));
    }
    LanesFixture.settle(other);
    lanes.clock.advance(Duration.ofSeconds(2));
    LanesFixture.settle(other);
    assertThat(receiver.received()).hasSize(1);
    release.countDown();
    lanes.settle();
    LanesFixture.settle(other);
    assertThat(receiver.ids()).hasSize(4).doesNotHaveDuplicates();
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      return latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void aRefusedEventIsTriedAgainAlsoWhenTheOrderChanges() throws Exception {
    receiver.behave(any -> Answer.of(422));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("bad", "device", endpoint);
    lanes.settle();
    lanes.change(endpoint, "order", "device");
    for (Duration wait :
        List.of(Duration.ofSeconds(6), Duration.ofMinutes(6), Duration.ofMinutes(61))) {
      lanes.advance(wait);
    }
    assertThat(receiver.ids()).hasSize(4);
    assertThat(lanes.status(endpoint).parked()).isEqualTo(1);
  }

  @Test
  void holdsThePartitionForADayWhenTheOwnerWantsItBlocked() throws Exception {
    receiver.behave(one -> Answer.of(one.id().equals("bad") ? 422 : 200));
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device", "on_refusal", "block");
    lanes.accept("bad", "a", endpoint);
    lanes.accept("next", "a", endpoint);
    for (int hour = 0; hour < 23; hour++) {
      lanes.advance(Duration.ofHours(1));
    }
    assertThat(receiver.ids()).doesNotContain("next");
    lanes.advance(Duration.ofHours(2));
    lanes.advance(Duration.ofHours(2));
    assertThat(receiver.ids()).endsWith("bad", "next");
    assertThat(lanes.status(endpoint).parked()).isEqualTo(1);
  }

  @Test
  void sendsAgainWhatFailedButNotWhatWasDeliveredSince() throws Exception {
    receiver.behave(any -> Answer.of(500));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    receiver.behave(any -> Answer.of(200));
    lanes.advance(Duration.ofSeconds(7));
    assertThat(receiver.ids()).containsExactly("one", "one");
    assertThat(redelivered(endpoint, Deliveries.Result.FAILED)).isZero();
    lanes.log(Place.of(0, 0), "one", "device");
    assertThat(redelivered(endpoint, Deliveries.Result.DELIVERED)).isEqualTo(1);
    lanes.settle();
    assertThat(receiver.ids()).containsExactly("one", "one", "one");
  }

  private int redelivered(Endpoint endpoint, Deliveries.Result result) {
    return lanes
        .deliveries
        .redeliver(
            endpoint,
            new Deliveries.Range(LanesFixture.START, lanes.now().plusSeconds(1), -1),
            result)
        .count();
  }

  @Test
  void sendsTheEventsOfATimeAgain() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    for (int i = 0; i < 3; i++) {
      lanes.accept("event-" + i, "device", endpoint);
      lanes.log(Place.of(0, i), "event-" + i, "device");
      lanes.settle();
      lanes.clock.advance(Duration.ofHours(1));
    }
    receiver.forget();
    var again =
        lanes.deliveries.redeliver(
            endpoint,
            new Deliveries.Range(
                LanesFixture.START.plus(Duration.ofMinutes(30)),
                LanesFixture.START.plus(Duration.ofMinutes(90)),
                -1));
    lanes.settle();
    assertThat(again).isEqualTo(new Deliveries.Redelivered(1, null));
    assertThat(receiver.ids()).containsExactly("event-1");
  }

  @Test
  void goesOnBehindTheLastOfTheTenThousandThatOneRequestSendsAgain() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.attempt(endpoint, "failed", Deliveries.REDELIVER_MAX + 1);
    lanes.log(Place.of(0, Deliveries.REDELIVER_MAX), "last", "device");
    Instant end = lanes.now().plusSeconds(1);
    Long last = -1L;
    List<Deliveries.Redelivered> answers = new ArrayList<>();
    while (last != null) {
      Deliveries.Range range = new Deliveries.Range(LanesFixture.START, end, last);
      answers.add(lanes.deliveries.redeliver(endpoint, range, Deliveries.Result.FAILED));
      last = answers.getLast().last();
    }
    assertThat(answers).extracting(Deliveries.Redelivered::last).containsExactly(9_999L, null);
  }

  @Test
  void sendsOneEventAgainThatWasParkedBeforeItWasEverSent() throws Exception {
    receiver.behave(any -> Answer.of(410));
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
    acceptTen(endpoint);
    lanes.settle();
    assertThat(lanes.tidy()).isZero();
    receiver.forget();
    receiver.behave(any -> Answer.of(200));
    var _ = lanes.deliveries.resume(endpoint.application());
    assertThat(lanes.deliveries.redeliver(endpoint, of("event-9", "device")))
        .isEqualTo(new Outcome.Saved<>(1));
    assertThat(lanes.deliveries.redeliver(endpoint, of("event-9", "other")))
        .isInstanceOf(Outcome.Missing.class);
    lanes.settle();
    assertThat(receiver.ids()).containsExactly("event-9");
    assertThat(lanes.log.endpointsOf(of("event-8", "device"))).containsExactly(endpoint.number());
    assertThat(lanes.log.endpointsOf(of("event-8", "other"))).isEmpty();
    assertThat(lanes.log.stateOf(endpoint.number(), of("event-8", "other"))).isEmpty();
  }

  private static Wanted of(String event, String device) {
    return new Wanted(event, new DeviceId(device));
  }

  @Test
  void theSuccessesOfOneEndpointTakeNoPlaceOfTheFailuresOfAnother() throws Exception {
    Endpoint busy = lanes.endpoint(receiver.url());
    Endpoint fails = lanes.endpoint(receiver.url());
    SubscriberSettings.Lanes few =
        new SubscriberSettings.Lanes(
            10, Duration.ofMinutes(1), Duration.ofDays(7), Duration.ofDays(30), 1_000);
    lanes.attempt(fails, "failed", 3);
    lanes.attempt(busy, "delivered", 11_500);
    for (int i = 0; i < 2; i++) {
      assertThat(lanes.deliveries.tidy(few)).isZero();
      assertThat(lanes.attempts(busy, "delivered")).isEqualTo(1_000);
      assertThat(lanes.attempts(fails, "failed")).isEqualTo(3);
    }
    lanes.attempt(fails, "refused", 2_500);
    assertThat(lanes.deliveries.tidy(few)).isZero();
    assertThat(lanes.attempts(busy, "delivered")).isZero();
    assertThat(lanes.attempts(fails, "failed")).isZero();
    assertThat(lanes.attempts(fails, "refused")).isEqualTo(2_000);
    lanes.clock.advance(Duration.ofDays(31));
    assertThat(lanes.deliveries.tidy(few)).isZero();
    assertThat(lanes.attempts(fails, "refused")).isZero();
  }

  @Test
  void aPointerWithoutAnEventIsRemovedAndNotTriedForEver() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    int removed =
        lanes.database.write(handle -> handle.createUpdate("DELETE FROM event").execute());
    assertThat(removed).isEqualTo(1);
    lanes.settle();
    assertThat(lanes.status(endpoint).waiting()).isZero();
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void whatWaitsOfALogThatWasReplacedIsNotMixedWithTheNewOne() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
    var _ = lanes.deliveries.pause(endpoint.application());
    List<Endpoint> takers = List.of(endpoint);
    lanes.lay(lanes.arrival(Place.of(3, 7), "old", "device", takers));
    lanes.store.restart(3);
    lanes.lay(lanes.arrival(Place.of(3, 7), "new", "device", takers));
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    assertThat(receiver.ids()).containsExactly("old", "new");
    assertThat(lanes.keptEvents()).isZero();
    assertThat(Place.partition(Place.of(3, 7) + Place.LOST)).isEqualTo(3);
  }

  @Test
  void whatWasDeliveredWhenTheProcessEndsIsNotSentAgain() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url(), "timeout_seconds", "20");
    for (int i = 0; i < 20; i++) {
      lanes.accept("warm-" + i, "device", endpoint);
    }
    lanes.settle();
    receiver.behave(one -> one.id().equals("hangs") ? hang() : Answer.of(200));
    lanes.accept("hangs", "device", endpoint);
    acceptTen(endpoint);
    DeliveryWorker ends = lanes.newWorker();
    ends.health(endpoint.number()).succeeded(1, 8);
    ends.health(endpoint.number()).succeeded(1, 8);
    ends.health(endpoint.number()).succeeded(1, 8);
    while (receiver.ids().size() < 31) {
      ends.turn(Duration.ofMillis(5));
    }
    ends.close();
    receiver.behave(any -> Answer.of(200));
    lanes.advance(lanes.settings.lanes().lease().plusSeconds(1));
    assertThat(receiver.ids()).filteredOn("event-3"::equals).hasSize(1);
    assertThat(receiver.ids()).filteredOn("hangs"::equals).hasSize(2);
  }

  private static Answer hang() {
    try {
      Thread.currentThread().join(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Answer.of(500);
  }

  @Test
  void findsWhatIsTooOldWithoutLookingAtTheRest() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    var _ = lanes.deliveries.pause(endpoint.application());
    acceptTen(endpoint);
    lanes.clock.advance(lanes.settings.lanes().keptFor().plusDays(1));
    lanes.accept("young", "device", endpoint);
    if (engine == TestEngine.SQLITE) {
      assertThat(lanes.plan(LaneStore.DUE, 0L, 1))
          .satisfiesExactly(
              first -> assertThat(first).startsWith("SEARCH l USING INDEX lane_by_due"),
              second -> assertThat(second).startsWith("SEARCH h USING INTEGER PRIMARY KEY"));
      assertThat(lanes.plan(Pointers.OLD, 0L, 0L, 0L))
          .noneMatch(step -> step.matches("SCAN (delivery|refusal|parked|event).*"));
    }
    assertThat(lanes.tidy()).isEqualTo(10);
    assertThat(lanes.status(endpoint).waiting()).isEqualTo(1);
    assertThat(lanes.keptEvents()).isEqualTo(1);
  }
}
