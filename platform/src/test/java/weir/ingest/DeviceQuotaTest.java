package weir.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;

class DeviceQuotaTest {

  private static final DeviceId CALM = new DeviceId("calm");
  private static final DeviceId GREEDY = new DeviceId("greedy");

  private final AtomicLong now = new AtomicLong();
  private final DeviceQuota quota = new DeviceQuota(1, 10, now::get);

  @Test
  void aShareComesBackWithTime() {
    assertThat(quota.take(CALM, 10)).isTrue();
    assertThat(quota.take(CALM, 1)).isFalse();

    now.addAndGet(1_000_000_000);

    assertThat(quota.take(CALM, 1)).isTrue();
    assertThat(quota.take(CALM, 1)).isFalse();
  }

  @Test
  void severalDevicesGetTheirSharesOrNoneDoes() {
    assertThat(quota.take(GREEDY, 5)).isTrue();

    assertThat(quota.take(Map.of(CALM, 10, GREEDY, 6))).isEqualTo(GREEDY);

    assertThat(quota.take(Map.of(CALM, 10, GREEDY, 5))).isNull();
    assertThat(quota.take(Map.of(CALM, 1))).isEqualTo(CALM);
  }
}
