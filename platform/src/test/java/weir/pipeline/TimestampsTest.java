package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {

  @ParameterizedTest
  @CsvSource({
    "2026-02-27T15:00:00Z, 2026-02-27T15:00:00Z",
    "2026-02-27t15:00:00z, 2026-02-27T15:00:00Z",
    "2026-02-27 15:00:00, 2026-02-27T15:00:00Z",
    "2026-02-27T15:00, 2026-02-27T15:00:00Z",
    "2026-02-27, 2026-02-27T00:00:00Z",
    "2025-08-20T18:00:54.117782Z, 2025-08-20T18:00:54.117782Z",
    "2025-08-20T18:00:54.117782999Z, 2025-08-20T18:00:54.117782Z",
    "2025-08-20T18:00:54.1+00:00, 2025-08-20T18:00:54.100Z",
    "2025-08-20T18:00:54+02:00, 2025-08-20T16:00:54Z",
    "2025-08-20T18:00:54-0530, 2025-08-20T23:30:54Z",
    "2025-08-20T18:00:54+05, 2025-08-20T13:00:54Z",
    "2016-12-31T23:59:60Z, 2016-12-31T23:59:59Z",
    "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
    "1755625237, 2025-08-19T17:40:37Z",
    "1755625237.5, 2025-08-19T17:40:37.500Z",
    "1755625237500, 2025-08-19T17:40:37.500Z"
  })
  void readsTimesAsDevicesWriteThem(String text, Instant expected) {
    OptionalLong micros = Timestamps.parse(text, ZoneOffset.UTC);

    assertThat(micros).isPresent();
    assertThat(Timestamps.instant(micros.getAsLong())).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "abc",
        "nan",
        "2026-02-27T",
        "2026-02-30T00:00:00Z",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-02-27T24:00:00Z",
        "2026-02-27T15:60:00Z",
        "2026-02-27T15:00:61Z",
        "2026-02-27T15:00:00.Z",
        "2026-02-27T15:00:00Zx",
        "2026-02-27T15:00:00+25:00",
        "2026-02-27T15:00:00+05:",
        "2026-02-27T15:00:00 02:00",
        "2026-02-27x15:00:00",
        "2026-02-27T1",
        "2026-02-27T15",
        "2026-02-27T15:",
        "2026/02/27 15:00",
        "27-02-2026 15:00:00",
        "99999999999999999"
      })
  void refusesWhatIsNoTime(String text) {
    assertThat(Timestamps.parse(text, ZoneOffset.UTC)).isEmpty();
  }

  @Test
  void writesWhatTheJavaFormatterWrites() {
    Random random = new Random(7);
    JsonBytes out = new JsonBytes();
    for (int i = 0; i < 2_000; i++) {
      long micros = random.nextLong(4_102_444_800_000_000L);
      out.clear();
      Timestamps.write(micros, out);
      String written = new String(out.toArray(), java.nio.charset.StandardCharsets.US_ASCII);
      assertThat(written).hasSize(27);
      assertThat(Timestamps.micros(Instant.parse(written))).isEqualTo(micros);
      assertThat(Timestamps.parse(written, ZoneId.of("Asia/Tokyo"))).hasValue(micros);
    }
  }
}
