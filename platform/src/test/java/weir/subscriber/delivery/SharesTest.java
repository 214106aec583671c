package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

  private static final long TWO_SECONDS = Duration.ofSeconds(2).toNanos();

  private final List<Sockets.Permit> taken = new CopyOnWriteArrayList<>();

  private static Health health(Health.Pace pace) {
    Health health = new Health(new Random(1));
    switch (pace) {
      case NEW -> {}
      case FAST -> assertThat(health.succeeded(1, 8)).isFalse();
      case SLOW -> assertThat(health.failed(1, Instant.EPOCH, Duration.ZERO)).isNotNull();
    }
    assertThat(health.pace()).isEqualTo(pace);
    return health;
  }

  @Test
  void newAndSlowEndpointsTogetherLeaveRequestsForThoseThatAnswer() throws Exception {
    Sockets sockets = new Sockets(10);
    for (Health.Pace pace : List.of(Health.Pace.NEW, Health.Pace.SLOW)) {
      takeMany(sockets, pace);
    }
    Awaitility.await().until(() -> taken.size() == 8);
    sockets.acquire(health(Health.Pace.FAST));
    sockets.acquire(health(Health.Pace.FAST));
    assertThat(taken).hasSize(8);
    assertThat(sockets.taken()).isEqualTo(Map.of("new", 5, "slow", 3, "fast", 2, "late", 0));
    taken.getFirst().close();
    Awaitility.await().until(() -> taken.size() == 9);
  }

  @Test
  void whatIsLateGivesItsPlaceBackAndKeepsTheSlowOut() throws Exception {
    Sockets sockets = new Sockets(10);
    takeMany(sockets, Health.Pace.NEW);
    Awaitility.await().until(() -> taken.size() == 5);
    assertThat(sockets.yieldLate(System.nanoTime() - TWO_SECONDS)).isFalse();
    assertThat(sockets.yieldLate(System.nanoTime() + TWO_SECONDS)).isTrue();
    Awaitility.await().until(() -> taken.size() == 10);
    Health slow = health(Health.Pace.SLOW);
    Thread waiting = Thread.ofVirtual().start(() -> take(sockets, slow));
    for (int i = 0; i < 4; i++) {
      sockets.acquire(health(Health.Pace.FAST));
    }
    assertThat(waiting.isAlive()).isTrue();
    taken.stream().limit(3).forEach(Sockets.Permit::close);
    waiting.join();
    assertThat(taken).hasSize(11);
  }

  @Test
  void thereCanBeAsManyLateOnesAsOthersAndThoseBeyondKeepTheirPlaces() throws Exception {
    Sockets sockets = new Sockets(10);
    Health first = health(Health.Pace.FAST);
    taken.add(sockets.acquire(first));
    for (int i = 1; i < 20; i++) {
      taken.add(sockets.acquire(health(Health.Pace.FAST)));
      sockets.yieldLate(System.nanoTime() + TWO_SECONDS);
    }
    assertThat(sockets.yieldLate(System.nanoTime() + TWO_SECONDS)).isFalse();
    assertThat(first.pace()).isEqualTo(Health.Pace.SLOW);
    taken.getFirst().close();
    assertThat(first.pace()).isEqualTo(Health.Pace.FAST);
    assertThat(sockets.yieldLate(System.nanoTime() + TWO_SECONDS)).isTrue();
  }

  private void takeMany(Sockets sockets, Health.Pace pace) {
    for (int i = 0; i < 10; i++) {
      Health health = health(pace);
      Thread _ = Thread.ofVirtual().start(() -> take(sockets, health));
    }
  }

  private void take(Sockets sockets, Health health) {
    try {
      taken.add(sockets.acquire(health));
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
    return new LaneRun(means, claim, endpoint, health).run();
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
