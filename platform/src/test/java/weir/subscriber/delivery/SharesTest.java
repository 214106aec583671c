package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.subscriber.Endpoint;
import weir.testkit.TestEngine;
import weir.trace.Traces;

/// What is scarce is shared out: requests at once, and look-ups of names.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharesTest {

  @Test
  void newAndSlowEndpointsTogetherLeaveRequestsForThoseThatAnswer() throws Exception {
    Sockets sockets = new Sockets(10);
    AtomicInteger taken = new AtomicInteger();
    for (Health.Pace pace : List.of(Health.Pace.NEW, Health.Pace.SLOW)) {
      for (int i = 0; i < 10; i++) {
        Thread _ = Thread.ofVirtual().start(() -> take(sockets, pace, taken));
      }
    }
    Awaitility.await().until(() -> taken.get() == 8);
    sockets.acquire(Health.Pace.FAST);
    sockets.acquire(Health.Pace.FAST);
    assertThat(taken.get()).isEqualTo(8);
    sockets.release(Health.Pace.NEW);
    Awaitility.await().until(() -> taken.get() == 9);
  }

  private static void take(Sockets sockets, Health.Pace pace, AtomicInteger taken) {
    try {
      sockets.acquire(pace);
      taken.incrementAndGet();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void namesThatHangAreNotWaitedForAndDelayNoOtherName() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    NameLookup lookup = hangingLookup(release, NameLookup.THREADS_MAX);
    for (int i = 0; i < 100; i++) {
      String name = "hangs-" + i + ".example";
      assertThatThrownBy(() -> lookup.addresses(name, Duration.ofMillis(1)))
          .isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(lookup.addresses("answers.example", Duration.ofSeconds(5))).hasSize(1);
    release.countDown();
  }

  @Test
  void aNameThatHangsTakesOneThreadHoweverOftenItIsAskedFor() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    NameLookup lookup = hangingLookup(release, 2);
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> lookup.addresses("hangs.example", Duration.ofMillis(1)))
          .isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(lookup.addresses("answers.example", Duration.ofSeconds(5))).hasSize(1);
    release.countDown();
  }

  @Test
  void anEndpointIsNotBlamedWhenTooManyNamesAreBeingLookedUp(@TempDir Path folder)
      throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    NameLookup lookup = hangingLookup(release, 1);
    assertThatThrownBy(() -> lookup.addresses("hangs.example", Duration.ofMillis(1)))
        .isInstanceOf(SocketTimeoutException.class);
    try (LanesFixture lanes = new LanesFixture(folder, TestEngine.SQLITE);
        Sender sender =
            new Sender(
                new AddressRules(lanes.settings.callbacks(), lookup),
                lanes.settings.requests(),
                lanes.clock,
                Traces.off())) {
      Endpoint endpoint = lanes.endpoint("http://localhost:8888/");
      lanes.accept("one", "device", endpoint);
      Health health = new Health(new Random(1));
      Report report = run(lanes, sender, endpoint, health);
      assertThat(report.next()).isEqualTo(new Next.At(lanes.now().plus(LaneRun.CROWDED)));
      assertThat(report.attempts()).isEmpty();
      assertThat(health.trouble()).isNull();
    }
    release.countDown();
  }

  private static Report run(LanesFixture lanes, Sender sender, Endpoint endpoint, Health health) {
    LaneRun.Means means =
        new LaneRun.Means(
            lanes.store,
            lanes.endpoints,
            lanes.applications,
            sender,
            new Sockets(10),
            lanes.settings.lanes().disableAfter(),
            lanes.clock);
    Claim claim =
        lanes
            .store
            .claim(lanes.now(), 1, lanes.settings.lanes().lease(), new AnyLane())
            .claims()
            .getFirst();
    return new LaneRun(means, claim, endpoint, health, Health.Pace.NEW).run();
  }

  private static final class AnyLane implements LaneStore.Admission {
    @Override
    public void learn(long endpoint, Health.@Nullable Trouble trouble) {}

    @Override
    public Next ask(Claim lane) {
      return new Next.Ready();
    }
  }

  private static NameLookup hangingLookup(CountDownLatch release, int threadsMax) {
    return new NameLookup(
        name -> {
          if (name.startsWith("hangs")) {
            awaitUninterruptibly(release);
          }
          return new InetAddress[] {InetAddress.ofLiteral("8.8.8.8")};
        },
        threadsMax);
  }

  /// As a look-up of the system does.
  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean ended = false;
    while (!ended) {
      try {
        latch.await();
        ended = true;
      } catch (InterruptedException e) {
        ended = false;
      }
    }
  }
}
