package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.subscriber.Endpoint;
import weir.testkit.TestEngine;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// What is kept of deliveries, shown and counted, and forgotten. Time is injected.
@ParameterizedClass
@EnumSource(TestEngine.class)
class RecordsTest extends LanesScene {

  RecordsTest(TestEngine engine) {
    super(engine);
  }

  @Test
  void countsAsFailingOnlyWhatIsActiveAndKeepsSomethingWaiting() throws Exception {
    receiver.behave(any -> Answer.of(500));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    assertThat(lanes.log.overview().failing()).isEqualTo(1);
    var _ = lanes.deliveries.pause(endpoint.application());
    assertThat(lanes.log.overview().failing()).isZero();
    var _ = lanes.deliveries.resume(endpoint.application());
    lanes.settle();
    assertThat(lanes.log.failing()).containsExactly(endpoint.number());
    assertThat(lanes.deliveries.skip(endpoint)).isEqualTo(1);
    assertThat(lanes.log.overview().failing()).isZero();
  }

  @Test
  void tellsHowManyEndpointsAreAtOnce() throws Exception {
    receiver.behave(any -> Answer.of(500));
    Endpoint failing = lanes.endpoint(receiver.url());
    Endpoint paused = lanes.endpoint(receiver.url());
    Endpoint unused = lanes.endpoint(receiver.url());
    var _ = lanes.deliveries.pause(paused.application());
    lanes.accept("one", "device", failing, paused);
    lanes.accept("two", "other", paused);
    lanes.settle();

    Map<Long, DeliveryLog.Status> statuses =
        lanes.log.statuses(List.of(failing.number(), paused.number(), unused.number()));

    DeliveryLog.Status ill = Objects.requireNonNull(statuses.get(failing.number()));
    assertThat(ill.waiting()).isEqualTo(1);
    assertThat(ill.failures()).isEqualTo(1);
    assertThat(ill.failingSince()).isNotNull();
    DeliveryLog.Status held = Objects.requireNonNull(statuses.get(paused.number()));
    assertThat(held.waiting()).isEqualTo(2);
    assertThat(held.oldestWaiting()).isNotNull();
    assertThat(held.failures()).isZero();
    assertThat(statuses.get(unused.number())).isEqualTo(DeliveryLog.Status.NONE);
    assertThat(lanes.log.statuses(List.of())).isEmpty();
  }

  @Test
  void keepsWhatAReceiverSaysWhateverCharactersItSends() throws Exception {
    receiver.behave(any -> new Answer(500, Map.of(), "a\0b"));
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    assertThat(lanes.attempts(endpoint).getFirst().answer()).isEqualTo("a\uFFFDb");
  }

  @Test
  void anAttemptThatTheDatabaseDoesNotTakeStopsNobody() throws Exception {
    if (engine == TestEngine.POSTGRES) {
      int _ =
          lanes.database.write(
              handle -> handle.execute("ALTER TABLE attempt ADD CHECK (status <> 418)"));
    }
    try (WebhookReceiver other = new WebhookReceiver()) {
      receiver.behave(any -> Answer.of(418));
      Endpoint odd = lanes.endpoint(receiver.url());
      Endpoint healthy = lanes.endpoint(other.url());
      lanes.accept("one", "device", odd, healthy);
      lanes.settle();
      lanes.accept("two", "device", healthy);
      lanes.settle();
      assertThat(other.ids()).containsExactly("one", "two");
      assertThat(lanes.attempts(healthy)).hasSize(2);
      assertThat(lanes.status(odd).failures()).isEqualTo(1);
    }
  }

  @Test
  void forgetsTheManyAttemptsOfADeletedEndpoint() {
    Endpoint deleted = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", deleted);
    lanes.attempt(deleted, "failed", 20_001);
    var _ = lanes.applications.delete(deleted.application());
    assertThat(lanes.tidy()).isZero();
    assertThat(lanes.attempts(deleted, "failed")).isZero();
    assertThat(lanes.log.overview().idle()).isZero();
  }

  @Test
  void whatIsParkedOfALogThatWasReplacedIsListedAndSentAgain() throws Exception {
    receiver.behave(any -> Answer.of(422));
    Endpoint endpoint = lanes.endpoint(receiver.url(), "order", "device");
    lanes.acceptIn(3, "old", "device", endpoint);
    for (int i = 0; i < 3; i++) {
      lanes.settle();
      lanes.clock.advance(Duration.ofSeconds(31));
    }
    lanes.store.restart(3);
    assertThat(lanes.log.open(endpoint.number(), DeliveryLog.State.PARKED, Place.FIRST, 10))
        .extracting(DeliveryLog.Open::eventId)
        .containsExactly("old");
    Deliveries.Range range =
        new Deliveries.Range(LanesFixture.START, lanes.now().plusSeconds(1), Place.FIRST);
    assertThat(lanes.deliveries.redeliver(endpoint, range).count()).isZero();
    receiver.behave(any -> Answer.of(200));
    assertThat(lanes.deliveries.redeliverParked(endpoint, Place.FIRST).count()).isEqualTo(1);
    lanes.settle();
    assertThat(lanes.status(endpoint).parked()).isZero();
    assertThat(receiver.ids()).hasSize(4);
  }
}
