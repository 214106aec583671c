package weir.series.questdb;

import io.questdb.std.str.AsciiCharSequence;
import io.questdb.std.str.Utf8Sequence;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// UTF-8 bytes as QuestDB takes them, read eight at a time: a column copies them that way.
final class ByteText implements Utf8Sequence {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private final byte[] bytes;
  private final boolean ascii;

  ByteText(byte[] bytes) {
    this.bytes = bytes;
    this.ascii = isAscii(bytes);
  }

  private static boolean isAscii(byte[] bytes) {
    long all = 0;
    int i = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      all |= (long) LONGS.get(bytes, i);
    }
    for (; i < bytes.length; i++) {
      all |= bytes[i];
    }
    return (all & HIGH_BITS) == 0;
  }

  @Override
  public byte byteAt(int index) {
    return bytes[index];
  }

  @Override
  public long longAt(int index) {
    return (long) LONGS.get(bytes, index);
  }

  @Override
  public int size() {
    return bytes.length;
  }

  @Override
  public boolean isAscii() {
    return ascii;
  }

  @Override
  public CharSequence asAsciiCharSequence() {
    return new AsciiCharSequence().of(this);
  }

  @Override
  public String toString() {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
