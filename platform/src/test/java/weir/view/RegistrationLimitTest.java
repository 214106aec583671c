package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import weir.testkit.ManualClock;

/// One address can register so often in a minute, and takes nothing from others.
class RegistrationLimitTest {

  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));

  @Test
  void letsAnAddressThroughSoOftenInAMinute() {
    RegistrationLimit limit = new RegistrationLimit(2, clock);
    assertThat(limit.take("a")).isTrue();
    assertThat(limit.take("a")).isTrue();
    assertThat(limit.take("a")).isFalse();
    assertThat(limit.take("b")).isTrue();
    clock.advance(Duration.ofMinutes(1));
    assertThat(limit.take("a")).isTrue();
  }

  @Test
  void remembersOnlySoManyAddresses() {
    RegistrationLimit limit = new RegistrationLimit(1, clock);
    for (int i = 0; i < 10_000; i++) {
      assertThat(limit.take("address " + i)).isTrue();
    }
    assertThat(limit.take("one more")).isFalse();
  }

  @Test
  void zeroIsNoLimit() {
    RegistrationLimit limit = new RegistrationLimit(0, clock);
    for (int i = 0; i < 1_000; i++) {
      assertThat(limit.take("a")).isTrue();
    }
  }
}
