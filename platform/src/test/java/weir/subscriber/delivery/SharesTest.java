package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import weir.subscriber.SubscriberSettings.Callbacks;

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
  void aNameServerThatHangsIsNotWaitedForAndDelaysNoOtherName() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AddressRules rules =
        new AddressRules(
            new Callbacks(false, List.of()),
            name -> {
              if (name.equals("hangs.example")) {
                awaitUninterruptibly(release);
              }
              return new InetAddress[] {InetAddress.ofLiteral("8.8.8.8")};
            });
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> rules.resolve("hangs.example", Duration.ofMillis(20)))
          .isInstanceOf(SocketTimeoutException.class);
    }
    assertThat(rules.resolve("answers.example", Duration.ofSeconds(5))).hasSize(1);
    release.countDown();
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
