package weir.pipeline;

import java.util.OptionalDouble;

/// Reads numbers that devices write as texts. Only plain decimal notation counts: no `NaN`, no
/// `Infinity`, no hexadecimal and no type suffix, all of which Java's own parser takes.
final class Numbers {

  private static final int LENGTH_MAX = 64;

  private Numbers() {}

  static OptionalDouble parse(String text) {
    if (!isDecimal(text)) {
      return OptionalDouble.empty();
    }
    double value = Double.parseDouble(text);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  private static boolean isDecimal(String text) {
    int length = text.length();
    if (length == 0 || length > LENGTH_MAX) {
      return false;
    }
    int at = sign(text, 0);
    int whole = skipDigits(text, at);
    int end = whole;
    if (end < length && text.charAt(end) == '.') {
      end = skipDigits(text, end + 1);
      if (end == whole + 1) {
        return false;
      }
    }
    if (whole == at) {
      return false;
    }
    if (end < length && (text.charAt(end) | 0x20) == 'e') {
      int exponent = sign(text, end + 1);
      end = skipDigits(text, exponent);
      return end == length && end > exponent;
    }
    return end == length;
  }

  private static int sign(String text, int at) {
    boolean signed = at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+');
    return signed ? at + 1 : at;
  }

  private static int skipDigits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}
