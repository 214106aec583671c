package weir.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Checks bytes that claim to be JSON text: well-formed UTF-8 (no overlong forms, no
/// surrogates) and no escape that is half of a surrogate pair. What passes can be read by any
/// JSON reader.
final class Utf8 {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long BACKSLASHES = 0x5C5C_5C5C_5C5C_5C5CL;
  private static final long ONES = 0x0101_0101_0101_0101L;
  private static final int FINE = -1;

  private Utf8() {}

  /// The place of the first byte that is wrong, or -1.
  static int firstWrong(byte[] bytes) {
    int at = 0;
    long escapes = 0;
    while (at + 8 <= bytes.length) {
      long word = (long) LONGS.get(bytes, at);
      if ((word & HIGH_BITS) != 0) {
        return firstWrongCarefully(bytes);
      }
      long slashes = word ^ BACKSLASHES;
      escapes |= (slashes - ONES) & ~slashes & HIGH_BITS;
      at += 8;
    }
    while (at < bytes.length) {
      if (bytes[at] < 0 || bytes[at] == '\\') {
        return firstWrongCarefully(bytes);
      }
      at++;
    }
    return escapes == 0 ? FINE : firstWrongEscape(bytes);
  }

  private static int firstWrongCarefully(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      int length = sequence(bytes, at);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return firstWrongEscape(bytes);
  }

  /// The length of the character that starts here, 0 when there is none (Unicode, table 3-7).
  private static int sequence(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    if (first < 0xC2 || first > 0xF4) {
      return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (at + length > bytes.length) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    boolean wrong = second < low || second > high;
    for (int i = 2; i < length; i++) {
      wrong |= (bytes[at + i] & 0xC0) != 0x80;
    }
    return wrong ? 0 : length;
  }

  /// Backslashes are legal only inside JSON texts, so no other syntax needs to be known here.
  private static int firstWrongEscape(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      if (bytes[at] != '\\') {
        at++;
        continue;
      }
      int unit = unit(bytes, at);
      if (Character.isLowSurrogate((char) unit)) {
        return at;
      }
      if (Character.isHighSurrogate((char) unit)) {
        if (!Character.isLowSurrogate((char) unit(bytes, at + 6))) {
          return at;
        }
        at += 6;
      }
      at += 2;
    }
    return FINE;
  }

  /// The UTF-16 unit that an escape `\\uXXXX` stands for, 0 when there is none here.
  private static int unit(byte[] bytes, int at) {
    if (at + 6 > bytes.length || bytes[at] != '\\' || bytes[at + 1] != 'u') {
      return 0;
    }
    int unit = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = Character.digit(bytes[i], 16);
      if (digit < 0) {
        return 0;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }
}
