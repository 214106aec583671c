package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.subscriber.Endpoint;
import weir.testkit.TestEngine;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// What becomes of deliveries when receivers misbehave and workers die. Time is injected.
@ParameterizedClass
@EnumSource(TestEngine.class)
class DeliveryTest extends LanesScene {

  DeliveryTest(TestEngine engine) {
    super(engine);
  }

  @Test
  void sendsEachEventOnceAndForgetsItThen() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    for (int i = 0; i < 50; i++) {
      lanes.accept("event-" + i, "device-" + i % 5, endpoint);
    }
    lanes.clock.advance(Duration.ofSeconds(3));
    assertThat(lanes.log.overdue(Duration.ofSeconds(2))).isPositive();
    lanes.settle();
    assertThat(lanes.log.overdue(Duration.ofSeconds(2))).isZero();
    assertThat(receiver.ids()).hasSize(50).doesNotHaveDuplicates();
    assertThat(lanes.status(endpoint).waiting()).isZero();
    assertThat(lanes.keptEvents()).isZero();
    assertThat(lanes.attempts(endpoint)).hasSize(50);
  }

  @Test
  void aLaneThatWasTakenBackIsNotSomebodyElses() throws Exception {
    try (WebhookReceiver other = new WebhookReceiver()) {
      Endpoint first = lanes.endpoint(receiver.url());
      Endpoint second = lanes.endpoint(other.url());
      lanes.without("position", () -> lanes.accept("one", "device", first));
      lanes.accept("two", "device", second);
      lanes.accept("one", "device", first);
      lanes.settle();
      assertThat(receiver.ids()).containsExactly("one");
      assertThat(other.ids()).containsExactly("two");
    }
  }

  @Test
  void keepsAnEventUntilTheLastOfItsReceiversHasIt() throws Exception {
    Endpoint healthy = lanes.endpoint(receiver.url());
    try (WebhookReceiver broken = new WebhookReceiver(any -> Answer.of(500))) {
      Endpoint failing = lanes.endpoint(broken.url());
      lanes.accept("shared", "device", healthy, failing);
      lanes.settle();
      assertThat(receiver.ids()).containsExactly("shared");
      assertThat(lanes.keptEvents()).isEqualTo(1);
      broken.behave(any -> Answer.of(200));
      lanes.advance(Duration.ofSeconds(7));
      assertThat(broken.ids()).containsExactly("shared", "shared");
      assertThat(lanes.keptEvents()).isZero();
    }
  }

  @Test
  void cutsAReceiverThatHangsAndDelaysNobodyElseMeanwhile() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (WebhookReceiver hanging =
        new WebhookReceiver(
            any -> {
              boolean _ = awaitQuietly(release);
              return Answer.of(200);
            })) {
      Endpoint stuck = lanes.endpoint(hanging.url());
      Endpoint healthy = lanes.endpoint(receiver.url());
      lanes.accept("one", "device", stuck, healthy);
      long start = System.nanoTime();
      while (receiver.ids().isEmpty()) {
        lanes.worker.turn(Duration.ofMillis(5));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
      lanes.settle();
      assertThat(lanes.attempts(stuck).getFirst().detail()).contains("within 1 s");
      assertThat(lanes.status(stuck).waiting()).isEqualTo(1);
      release.countDown();
    }
  }

  private static boolean awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Test
  void leavesAnEndpointAloneThatAnswersGone() throws Exception {
    receiver.behave(any -> Answer.of(410));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    for (int partition = 0; partition < 4; partition++) {
      lanes.acceptIn(partition, "one", "device", endpoint);
      lanes.acceptIn(partition, "two", "device", endpoint);
    }
    lanes.settle();
    lanes.advance(Duration.ofDays(2));
    assertThat(receiver.received()).hasSize(1);
    assertThat(lanes.state(endpoint)).isEqualTo(Endpoint.State.GONE);
    assertThat(lanes.tidy()).isZero();
    assertThat(lanes.status(endpoint).waiting()).isZero();
    assertThat(lanes.status(endpoint).parked()).isEqualTo(8);
    assertThat(lanes.log.notices(endpoint.number(), 10))
        .extracting(DeliveryLog.Notice::kind)
        .containsExactly("gone");
  }

  @Test
  void waitsAsLongAsTheReceiverAsks() throws Exception {
    receiver.behave(any -> new Answer(429, Map.of("Retry-After", "120"), ""));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    lanes.advance(Duration.ofSeconds(119));
    assertThat(receiver.ids()).hasSize(1);
    receiver.behave(any -> Answer.of(200));
    lanes.advance(Duration.ofSeconds(2));
    assertThat(receiver.ids()).containsExactly("one", "one");
    assertThat(lanes.status(endpoint).waiting()).isZero();
  }

  @Test
  void doesNotFollowRedirects() throws Exception {
    try (WebhookReceiver inner = new WebhookReceiver()) {
      for (int status : new int[] {301, 302, 307, 308}) {
        receiver.behave(any -> new Answer(status, Map.of("Location", inner.url()), ""));
        Endpoint endpoint = lanes.endpoint(receiver.url());
        lanes.accept("redirected-" + status, "device", endpoint);
        lanes.settle();
        assertThat(lanes.attempts(endpoint))
            .extracting(DeliveryLog.Entry::outcome)
            .containsExactly("failed");
      }
      assertThat(receiver.ids()).hasSize(4);
      assertThat(inner.received()).isEmpty();
    }
  }

  @Test
  void keepsLittleOfAHugeAnswer() throws Exception {
    receiver.behave(any -> new Answer(500, Map.of(), "x".repeat(5_000_000)));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    assertThat(lanes.attempts(endpoint).getFirst().answer()).hasSize(2_048);
    assertThat(lanes.attempts(endpoint).getFirst().status()).isEqualTo(500);
  }

  @Test
  void laysARefusedEventAsideAndParksItAfterThreeMoreTries() throws Exception {
    receiver.behave(one -> Answer.of(one.id().equals("bad") ? 422 : 200));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("bad", "device", endpoint);
    lanes.accept("good", "device", endpoint);
    lanes.settle();
    assertThat(receiver.ids()).contains("good");
    assertThat(lanes.status(endpoint).refused()).isEqualTo(1);
    for (Duration wait :
        List.of(Duration.ofSeconds(6), Duration.ofMinutes(6), Duration.ofMinutes(61))) {
      lanes.advance(wait);
    }
    assertThat(receiver.ids()).filteredOn("bad"::equals).hasSize(4);
    assertThat(lanes.status(endpoint).parked()).isEqualTo(1);
    receiver.behave(any -> Answer.of(200));
    assertThat(lanes.deliveries.redeliverParked(endpoint, -1).count()).isEqualTo(1);
    lanes.settle();
    assertThat(lanes.status(endpoint).parked()).isZero();
    assertThat(lanes.keptEvents()).isZero();
  }

  @Test
  void keepsTheOrderOfADeviceThroughFailures() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    List<String> taken = new ArrayList<>();
    receiver.behave(
        one -> {
          boolean fails = calls.incrementAndGet() % 3 == 0;
          if (!fails) {
            synchronized (taken) {
              taken.add(one.id());
            }
          }
          return Answer.of(fails ? 503 : 200);
        });
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
    for (int i = 0; i < 20; i++) {
      lanes.accept("a-%02d".formatted(i), "a", endpoint);
      lanes.accept("b-%02d".formatted(i), "b", endpoint);
    }
    for (int i = 0; i < 60 && lanes.status(endpoint).waiting() > 0; i++) {
      lanes.settle();
      lanes.advance(Duration.ofMinutes(70));
    }
    assertThat(taken.stream().filter(id -> id.startsWith("a")).toList()).isSorted().hasSize(20);
    assertThat(taken.stream().filter(id -> id.startsWith("b")).toList()).isSorted().hasSize(20);
  }

  @Test
  void probesADeadEndpointSeldomDisablesItAfterAWeekAndLosesNothing() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
    int events = failForAWeek(endpoint, 10);
    AtomicInteger running = new AtomicInteger();
    List<Integer> atOnce = new CopyOnWriteArrayList<>();
    receiver.behave(
        any -> {
          atOnce.add(running.getAndIncrement() + 1);
          running.decrementAndGet();
          return Answer.of(200);
        });
    lanes.advance(Duration.ofDays(1));
    assertThat(receiver.received()).isEmpty();
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    assertThat(receiver.ids()).hasSize(events).doesNotHaveDuplicates();
    assertInOrderOfEachDevice();
    assertThat(lanes.status(endpoint).waiting()).isZero();
    assertThat(atOnce.subList(0, 2)).allMatch(requests -> requests <= 2);
    assertThat(atOnce).allMatch(requests -> requests <= lanes.settings.requests().inFlightMax());
  }

  /// The same with an event a second; of what waits then, the first are sent.
  @Test
  @Tag("long")
  void aWeekOfAnEventASecondWaitsForADeadEndpointAndComesInOrder() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
    int events = failForAWeek(endpoint, 3_600);
    assertThat(lanes.status(endpoint).waiting()).isEqualTo(events);
    receiver.behave(
        any -> {
          if (receiver.received().size() == 5_000) {
            var _ = lanes.deliveries.pause(endpoint.application());
          }
          return Answer.of(200);
        });
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    int sent = receiver.ids().size();
    assertThat(sent).isBetween(5_000, 6_000);
    assertThat(receiver.ids()).doesNotHaveDuplicates();
    assertInOrderOfEachDevice();
    assertThat(lanes.status(endpoint).waiting()).isEqualTo(events - sent);
  }

  private void assertInOrderOfEachDevice() {
    Map<String, List<String>> byDevice =
        receiver.ids().stream().collect(Collectors.groupingBy(id -> id.substring(0, 2)));
    assertThat(byDevice).hasSize(8);
    assertThat(byDevice.values()).allSatisfy(ids -> assertThat(ids).isSorted());
  }

  /// Events of eight devices in four partitions come for more than a week, while the endpoint fails
  /// and is disabled in the end. Returns how many.
  private int failForAWeek(Endpoint endpoint, int perHour) throws Exception {
    receiver.behave(any -> Answer.of(500));
    int events = 0;
    for (int hour = 0; hour < 24 * 7 + 3; hour++) {
      List<Arrival> arrivals = new ArrayList<>();
      for (int i = 0; i < perHour; i++) {
        String device = "d" + events % 8;
        long place = Place.of(events % 4, events);
        String id = "%s-%07d".formatted(device, events++);
        arrivals.add(lanes.arrival(place, id, device, List.of(endpoint)));
      }
      lanes.lay(arrivals);
      for (int quarter = 0; quarter < 4; quarter++) {
        lanes.advance(Duration.ofMinutes(15));
      }
    }
    assertThat(receiver.received().size()).isBetween(100, 200);
    assertThat(lanes.state(endpoint)).isEqualTo(Endpoint.State.DISABLED);
    assertThat(lanes.log.notices(endpoint.number(), 1))
        .extracting(DeliveryLog.Notice::kind)
        .containsExactly("disabled");
    receiver.forget();
    return events;
  }

  @Test
  void holdsBackWhatMatchesWhileItIsPaused() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    var _ = lanes.deliveries.pause(endpoint.application());
    lanes.accept("one", "device", endpoint);
    lanes.advance(Duration.ofHours(1));
    assertThat(receiver.received()).isEmpty();
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    assertThat(receiver.ids()).containsExactly("one");
  }

  @Test
  void skipsWhatWaits() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    var _ = lanes.deliveries.pause(endpoint.application());
    lanes.accept("one", "device", endpoint);
    lanes.accept("two", "device", endpoint);
    assertThat(lanes.deliveries.skip(endpoint)).isEqualTo(2);
    assertThat(lanes.keptEvents()).isZero();
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    assertThat(receiver.received()).isEmpty();
  }

  @Test
  void sendsAgainUnderTheSameIdWhatADeadWorkerHadSent() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    DeliveryWorker dies = lanes.newWorker();
    while (receiver.received().isEmpty()) {
      dies.turn(Duration.ofMillis(5));
      if (!dies.isIdle()) {
        Awaitility.await().until(() -> !receiver.received().isEmpty());
      }
    }
    lanes.advance(Duration.ofSeconds(59));
    assertThat(receiver.ids()).hasSize(1);
    lanes.advance(Duration.ofSeconds(2));
    assertThat(receiver.ids()).containsExactly("one", "one");
    assertThat(lanes.status(endpoint).waiting()).isZero();
  }

  @Test
  void ignoresWhatAWorkerFinishesAfterItsLease() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    DeliveryWorker late = lanes.newWorker();
    while (late.isIdle()) {
      late.turn(Duration.ofMillis(5));
    }
    Awaitility.await().until(() -> receiver.received().size() == 1);
    receiver.behave(any -> Answer.of(500));
    lanes.advance(lanes.settings.lanes().lease().plusSeconds(1));
    assertThat(receiver.ids()).containsExactly("one", "one");
    LanesFixture.settle(late);
    assertThat(lanes.status(endpoint).waiting()).isEqualTo(1);
    assertThat(lanes.attempts(endpoint)).hasSize(2);
  }

  @Test
  void keepsTheOrderWhenAWorkerSleepsThroughItsLease() throws Exception {
    CountDownLatch awake = new CountDownLatch(1);
    AtomicInteger requests = new AtomicInteger();
    receiver.behave(
        any -> Answer.of(requests.incrementAndGet() > 1 || awaitQuietly(awake) ? 200 : 500));
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device", "timeout_seconds", "20");
    for (int i = 0; i < 5; i++) {
      lanes.accept("event-" + i, "device", endpoint);
    }
    DeliveryWorker sleeps = lanes.newWorker();
    while (receiver.received().isEmpty()) {
      sleeps.turn(Duration.ofMillis(5));
    }
    lanes.advance(lanes.settings.lanes().lease().multipliedBy(3));
    awake.countDown();
    LanesFixture.settle(sleeps);
    assertThat(receiver.ids())
        .containsExactly("event-0", "event-0", "event-1", "event-2", "event-3", "event-4");
    assertThat(lanes.status(endpoint).waiting()).isZero();
  }

  @Test
  void signsWithBothSecretsUntilTheGraceIsOver() throws Exception {
    Endpoint old = lanes.endpoint(receiver.url());
    var _ = lanes.endpoints.rotateSecret(old.application(), Duration.ofHours(1));
    lanes.accept("one", "device", old);
    lanes.settle();
    lanes.clock.advance(Duration.ofHours(2));
    lanes.accept("two", "device", old);
    lanes.settle();
    Endpoint now = lanes.endpoints.byNumber(old.number()).orElseThrow();
    WebhookReceiver.Received first = receiver.received().get(0);
    WebhookReceiver.Received second = receiver.received().get(1);
    assertThat(first.header("webhook-signature").split(" "))
        .containsExactly(sign(first, now), sign(first, old));
    assertThat(second.header("webhook-signature")).isEqualTo(sign(second, now));
  }

  private static String sign(WebhookReceiver.Received one, Endpoint endpoint) {
    return Signature.of(
        one.id(),
        Instant.ofEpochSecond(Long.parseLong(one.header("webhook-timestamp"))),
        one.body(),
        List.of(endpoint.secrets().current()));
  }

  @Test
  void sendsCloudEventsAloneAndInBatches() throws Exception {
    Endpoint single = lanes.endpoint(receiver.url(), "format", "cloudevents");
    lanes.accept("one", "device", single);
    lanes.settle();
    assertThat(receiver.received().getFirst().text())
        .contains("\"specversion\":\"1.0\"", "\"id\":\"one\"", "\"data\":{");
    receiver.forget();
    Endpoint batch = lanes.endpoint(receiver.url(), "format", "cloudevents-batch");
    for (int i = 0; i < 30; i++) {
      lanes.accept("batched-" + i, "device", batch);
    }
    lanes.settle();
    assertThat(receiver.received()).hasSize(1);
    assertThat(receiver.received().getFirst().text()).startsWith("[{").endsWith("}]");
    assertThat(lanes.status(batch).waiting()).isZero();
  }

  @Test
  @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void oneBadEventOfABatchHoldsUpNoOther() throws Exception {
    receiver.behave(one -> Answer.of(one.text().contains("\"bad\"") ? 422 : 200));
    for (String order : List.of("none", "device")) {
      receiver.forget();
      Endpoint endpoint =
          lanes.endpoint(receiver.url(), "format", "cloudevents-batch", "order", order);
      for (String id : List.of("first", "bad", "last")) {
        lanes.accept(id, "device", endpoint);
      }
      lanes.settle();
      lanes.advance(Duration.ofSeconds(6));
      lanes.advance(Duration.ofSeconds(31));
      assertThat(receiver.received().getFirst().text()).contains("first", "bad", "last");
      assertThat(lanes.attempts(endpoint))
          .filteredOn(one -> one.outcome().equals("delivered"))
          .extracting(DeliveryLog.Entry::eventId)
          .containsExactly("last", "first");
      assertThat(lanes.status(endpoint).waiting()).isZero();
    }
  }

  @Test
  void aTestEventIsSignedAndShown() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    var outcome = lanes.deliveries.test(endpoint);
    assertThat(outcome.toString()).contains("delivered");
    assertThat(receiver.received().getFirst().id()).startsWith("test-");
    assertThat(lanes.attempts(endpoint)).hasSize(1);
  }
}
