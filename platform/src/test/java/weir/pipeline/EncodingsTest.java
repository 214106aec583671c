package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.device.DecodingParameter;
import weir.device.DecodingParameter.ByteOrder;
import weir.device.DecodingParameter.Encoding;
import weir.device.DecodingParameter.Signedness;
import weir.device.DeviceId;

class EncodingsTest {

  @ParameterizedTest
  @CsvSource({
    // text, width in bits, signed, order, offset, decimals, scale, value
    "0xe1, , UNSIGNED, BIG_ENDIAN, 0, , 0.1, 22.5",
    "0xE1, , UNSIGNED, BIG_ENDIAN, 0, , 0.1, 22.5",
    "e1, , UNSIGNED, BIG_ENDIAN, 0, , 0.1, 22.5",
    "' 0x15d ', , UNSIGNED, BIG_ENDIAN, 0, , 0.1, 34.9",
    "0x4af, , UNSIGNED, BIG_ENDIAN, 0, , 0.01, 11.99",
    "ff, , UNSIGNED, BIG_ENDIAN, 0, , 1, 255",
    "ff, , SIGNED, BIG_ENDIAN, 0, , 1, -1",
    "ff, 16, SIGNED, BIG_ENDIAN, 0, , 1, 255",
    "ffce, 16, SIGNED, BIG_ENDIAN, 0, , 0.1, -5.0",
    "ffce, 16, UNSIGNED, BIG_ENDIAN, 0, , 1, 65486",
    "0102, 16, UNSIGNED, LITTLE_ENDIAN, 0, , 1, 513",
    "0102, 16, UNSIGNED, BIG_ENDIAN, 0, , 1, 258",
    "0100, 32, UNSIGNED, LITTLE_ENDIAN, 0, , 1, 1",
    "ff, 16, SIGNED, LITTLE_ENDIAN, 0, , 1, 255",
    "01 03 0C 32 30 32 30 36, 16, UNSIGNED, BIG_ENDIAN, 6, , 0.01, 123.42",
    "01 03 0C 32 30 32 30 36, 8, UNSIGNED, BIG_ENDIAN, 2, , 1, 12",
    "0x01030C, 8, UNSIGNED, BIG_ENDIAN, 0, , 1, 1",
    "ffffffffffffffff, 64, SIGNED, BIG_ENDIAN, 0, , 1, -1",
    "ffffffffffffffff, 64, UNSIGNED, BIG_ENDIAN, 0, , 1, 18446744073709551615",
    "0x7b, , UNSIGNED, BIG_ENDIAN, 0, 1, 0.333, 41.0",
    "0x97, , UNSIGNED, BIG_ENDIAN, 0, 0, 0.1, 15"
  })
  void readsHexadecimalNumbers(
      String text,
      @Nullable Integer width,
      Signedness signedness,
      ByteOrder order,
      int offset,
      @Nullable Integer decimals,
      double scale,
      double value)
      throws RejectedException {
    DecodingParameter parameter = parameter(width, signedness, order, offset, decimals, scale);

    assertThat(Encodings.number(parameter, text)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0x", "xyz", "0x-1", "+1", "1_0", "１", "0x0x1", "112233445566778899"})
  void refusesWhatIsNotHexadecimal(String text) {
    DecodingParameter plain =
        parameter(null, Signedness.UNSIGNED, ByteOrder.BIG_ENDIAN, 0, null, 1);

    assertThatThrownBy(() -> Encodings.number(plain, text)).hasMessageStartingWith("data ");
  }

  @ParameterizedTest
  @CsvSource({"01 02, 16, 1", "01, 8, 1", "01 02 03, 32, 1"})
  void refusesFramesThatAreTooShort(String text, int width, int offset) {
    DecodingParameter parameter =
        parameter(width, Signedness.UNSIGNED, ByteOrder.BIG_ENDIAN, offset, null, 1);

    assertThatThrownBy(() -> Encodings.number(parameter, text)).hasMessageContaining("too short");
  }

  private static DecodingParameter parameter(
      @Nullable Integer width,
      Signedness signedness,
      ByteOrder order,
      int offset,
      @Nullable Integer decimals,
      double scale) {
    return new DecodingParameter(
        1,
        new DeviceId("f2-1"),
        "sensor-mode",
        "sensor",
        null,
        Encoding.HEX_TO_FLOAT,
        "unit",
        scale,
        width,
        signedness,
        order,
        offset,
        decimals,
        Instant.EPOCH,
        Instant.EPOCH,
        1);
  }
}
