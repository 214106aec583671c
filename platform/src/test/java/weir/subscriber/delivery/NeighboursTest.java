package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import weir.subscriber.Endpoint;
import weir.subscriber.SubscriberSettings;
import weir.testkit.TestEngine;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// What those that answer feel of those that do not.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NeighboursTest {

  private static final int HEALTHY = 90;
  private static final int ROUNDS = 20;
  private static final int BACKLOG = 20_000;
  private static final int SMALL = 10;
  private static final String[] PATIENT = {"timeout_seconds", "15"};

  @TempDir Path folder;

  private final CountDownLatch end = new CountDownLatch(1);
  private final Map<String, Long> laid = new ConcurrentHashMap<>();
  private final Map<String, Duration> taken = new ConcurrentHashMap<>();
  private LanesFixture lanes;
  private ServerSocket mute;
  private WebhookReceiver healthy;
  private WebhookReceiver hanging;

  @BeforeEach
  void open() throws IOException {
    lanes = new LanesFixture(folder, TestEngine.SQLITE);
    mute = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    healthy =
        new WebhookReceiver(
            one -> {
              String id = one.path() + one.id();
              taken.put(id, Duration.ofNanos(System.nanoTime() - laid.getOrDefault(id, 0L)));
              return Answer.of(200);
            });
    hanging =
        new WebhookReceiver(
            any -> {
              boolean _ = awaitEnd(1_000_000);
              return Answer.of(200);
            });
    Thread _ = Thread.ofVirtual().start(this::drip);
  }

  @AfterEach
  void close() throws IOException {
    end.countDown();
    mute.close();
    lanes.close();
    hanging.close();
    healthy.close();
  }

  private boolean awaitEnd(long millis) {
    try {
      return end.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /// Takes connections and says one byte now and then, which is no handshake of TLS either.
  private void drip() {
    while (!mute.isClosed()) {
      try {
        Socket socket = mute.accept();
        Thread _ = Thread.ofVirtual().start(() -> drip(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void drip(Socket peer) {
    try (peer) {
      while (!awaitEnd(500)) {
        peer.getOutputStream().write('H');
      }
    } catch (IOException hungUp) {
      // The sender has had enough.
    }
  }

  /// A tenth hangs, in three ways; one has a backlog and is not there.
  private List<Endpoint> unhealthy() {
    String mutePort = "://127.0.0.1:" + mute.getLocalPort() + "/";
    List<Endpoint> all = new ArrayList<>();
    for (int i = 0; i < HEALTHY / 9; i++) {
      List<String> ways = List.of(hanging.url(), "http" + mutePort, "https" + mutePort);
      all.add(lanes.endpoint(ways.get(i % 3) + i, PATIENT));
    }
    return all;
  }

  /// A machine that is busy with other things is given three tries; what comes before warms up, and
  /// shows how long it takes when all are healthy.
  @Test
  void aTenthThatHangsAndABacklogDelayNoHealthyDelivery() throws Exception {
    try (WebhookReceiver broken = new WebhookReceiver(any -> Answer.of(500))) {
      List<Endpoint> takers = new ArrayList<>();
      for (int i = 0; i < HEALTHY; i++) {
        takers.add(lanes.endpoint(healthy.url() + i, PATIENT));
      }
      lanes.worker.start();
      int first = offer(takers, offer(takers, 0));
      Duration alone = longest99th();
      takers.addAll(0, unhealthy());
      Endpoint behind = lanes.endpoint(broken.url());
      List<Arrival> backlog = new ArrayList<>();
      for (int i = 0; i < BACKLOG; i++) {
        backlog.add(lanes.arrival(Place.of(i % 4, i), "old-" + i, "device", List.of(behind)));
      }
      lanes.lay(backlog);
      takers.add(behind);
      first = offer(takers, first);
      Duration allowed = allowed(alone);
      List<Duration> beside = new ArrayList<>();
      while (beside.size() < 3 && beside.stream().noneMatch(each -> each.compareTo(allowed) <= 0)) {
        first = offer(takers, first);
        beside.add(longest99th());
      }
      assertThat(beside)
          .as("the slowest of 99 % of the healthy deliveries, which took " + alone + " alone")
          .last()
          .satisfies(last -> assertThat(last).isLessThanOrEqualTo(allowed));
    }
  }

  /// Fewer requests at once than endpoints that hang.
  private static SubscriberSettings small() {
    SubscriberSettings standard = SubscriberSettings.defaults().withLoopback();
    SubscriberSettings.Requests requests = standard.requests();
    SubscriberSettings.Lanes times = standard.lanes();
    return new SubscriberSettings(
        standard.registration(),
        standard.callbacks(),
        new SubscriberSettings.Requests(
            requests.connectTimeout(), requests.timeout(), 8, SMALL, SMALL),
        new SubscriberSettings.Lanes(
            SMALL, times.lease(), times.disableAfter(), times.keptFor(), times.attemptsMax()));
  }

  @Test
  void newEndpointsAreServedWhileOthersHangThatCameBeforeThem(@TempDir Path other)
      throws Exception {
    try (LanesFixture few = new LanesFixture(other, TestEngine.SQLITE, small())) {
      List<Endpoint> hangers = endpoints(few, hanging.url());
      offerTo(few, "first", hangers);
      takeTurnsUntilServed(few, "first", hanging);
      offerTo(few, "second", endpoints(few, healthy.url()));
      takeTurnsUntilServed(few, "second", healthy);
      assertThat(hangers).allMatch(each -> few.attempts(each).isEmpty());
    }
  }

  @Test
  void provenEndpointsAreServedWhileOthersBeginToHang(@TempDir Path other) throws Exception {
    try (LanesFixture few = new LanesFixture(other, TestEngine.SQLITE, small());
        WebhookReceiver turning = new WebhookReceiver()) {
      List<Endpoint> hangers = endpoints(few, turning.url());
      List<Endpoint> others = endpoints(few, healthy.url());
      offerTo(few, "first", hangers);
      takeTurnsUntilServed(few, "first", turning);
      offerTo(few, "second", others);
      takeTurnsUntilServed(few, "second", healthy);
      turning.behave(
          any -> {
            boolean _ = awaitEnd(1_000_000);
            return Answer.of(200);
          });
      offerTo(few, "third", hangers);
      takeTurnsUntilServed(few, "third", turning);
      offerTo(few, "fourth", others);
      takeTurnsUntilServed(few, "fourth", healthy);
      assertThat(hangers).allMatch(each -> few.attempts(each).size() == 1);
      end.countDown();
    }
  }

  private static List<Endpoint> endpoints(LanesFixture few, String url) {
    List<Endpoint> all = new ArrayList<>();
    for (int i = 0; i < SMALL; i++) {
      all.add(few.endpoint(url + i, "timeout_seconds", "30"));
    }
    return all;
  }

  private static void offerTo(LanesFixture few, String id, List<Endpoint> takers) {
    few.accept(id, "device", takers.toArray(Endpoint[]::new));
  }

  /// Lets the time go on meanwhile, so that what was put off comes again.
  private static void takeTurnsUntilServed(LanesFixture few, String id, WebhookReceiver by) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(25))
        .until(
            () -> {
              few.clock.advance(Duration.ofMillis(100));
              few.worker.turn(Duration.ofMillis(10));
              return by.ids().stream().filter(id::equals).count() == SMALL;
            });
  }

  /// Twice as long, under a second; below half of one nobody could tell it from other things that
  /// the machine does.
  private static Duration allowed(Duration alone) {
    long millis = Math.clamp(2 * alone.toMillis(), 500, 1_000);
    return Duration.ofMillis(millis);
  }

  private Duration longest99th() {
    List<Duration> sorted = taken.values().stream().sorted().toList();
    return sorted.get(sorted.size() * 99 / 100);
  }

  /// Offers events to all, and waits until all healthy ones have theirs. Returns what comes next.
  private int offer(List<Endpoint> takers, int first) {
    taken.clear();
    for (int round = first; round < first + ROUNDS; round++) {
      String id = "round-" + round;
      for (int i = 0; i < HEALTHY; i++) {
        laid.put("/hook" + i + id, System.nanoTime());
      }
      lanes.lay(lanes.arrival(Place.of(round % 4, BACKLOG + round), id, "d", takers));
      lanes.worker.wake();
      boolean _ = awaitEnd(50);
    }
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> taken.size() == HEALTHY * ROUNDS);
    return first + ROUNDS;
  }
}
