package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DiskOutlookTest {

  private static final Instant START = Instant.parse("2026-06-01T00:00:00Z");
  private static final long GIGABYTE = 1_000_000_000;

  private final DiskOutlook outlook = new DiskOutlook();

  private void grow(Duration from, Duration to, long bytesAnHour) {
    for (Duration at = from; at.compareTo(to) <= 0; at = at.plusMinutes(1)) {
      outlook.add(START.plus(at), bytesAnHour * at.toMinutes() / 60);
    }
  }

  @Test
  void knowsNothingInTheFirstTenMinutes() {
    grow(Duration.ZERO, Duration.ofMinutes(9), GIGABYTE);

    assertThat(outlook.daysLeft(100 * GIGABYTE)).isEmpty();
  }

  @Test
  void theRoomLastsAsLongAsGrowthOfTheLastHoursLetsIt() {
    grow(Duration.ZERO, Duration.ofHours(12), GIGABYTE);

    assertThat(outlook.daysLeft(48 * GIGABYTE).orElseThrow()).isCloseTo(2, within(0.01));
  }

  @Test
  void whatDoesNotGrowLastsForEver() {
    grow(Duration.ZERO, Duration.ofHours(1), 0);

    assertThat(outlook.daysLeft(GIGABYTE).orElseThrow()).isInfinite();
  }
}
