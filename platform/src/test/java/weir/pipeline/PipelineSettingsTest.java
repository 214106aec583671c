package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import weir.pipeline.PipelineSettings.OddTime;
import weir.pipeline.PipelineSettings.Unknown;

class PipelineSettingsTest {

  @Test
  void registersWhatIsUnknownByDefault() {
    PipelineSettings settings = PipelineSettings.defaults();

    assertThat(settings)
        .isEqualTo(
            new PipelineSettings(
                1,
                Unknown.REGISTER,
                Unknown.REGISTER,
                64,
                OddTime.SET_ASIDE,
                Duration.ofDays(1),
                Duration.ofMillis(100),
                100,
                Path.of("")));
  }

  @Test
  void refusesWhatCannotWork() {
    assertRefused(0, 64, Duration.ZERO, 100, "threads");
    assertRefused(1, -1, Duration.ZERO, 100, "types-registered-max");
    assertRefused(1, 64, Duration.ofMillis(-1), 100, "commit-interval");
    assertRefused(1, 64, Duration.ZERO, 0, "failures-per-minute-max");
  }

  private static void assertRefused(
      int threads, int types, Duration commitInterval, int failures, String key) {
    assertThatThrownBy(
            () ->
                new PipelineSettings(
                    threads,
                    Unknown.REGISTER,
                    Unknown.REGISTER,
                    types,
                    OddTime.SET_ASIDE,
                    Duration.ofDays(1),
                    commitInterval,
                    failures,
                    Path.of("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key);
  }
}
