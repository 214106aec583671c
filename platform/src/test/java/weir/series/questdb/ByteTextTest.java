package weir.series.questdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteTextTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "12345678", "123456789", "ünïcode", "1234567ä", "12345678ä"})
  void knowsWhetherItIsAscii(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    ByteText sequence = new ByteText(bytes);
    assertThat(sequence.isAscii()).isEqualTo(text.chars().allMatch(c -> c < 128));
    assertThat(sequence.size()).isEqualTo(bytes.length);
  }

  @Test
  void readsEightBytesAsALittleEndianLong() {
    byte[] bytes = {0, 1, 2, 3, 4, 5, 6, 7, (byte) 0x88};
    assertThat(new ByteText(bytes).longAt(1)).isEqualTo(0x8807_0605_0403_0201L);
  }

  @Test
  void readsAsAsciiCharacters() {
    assertThat(new ByteText("abc".getBytes(UTF_8)).asAsciiCharSequence().toString())
        .isEqualTo("abc");
  }
}
