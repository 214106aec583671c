package weir.pipeline;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import weir.device.DecodingParameter;
import weir.device.DecodingParameter.ByteOrder;
import weir.device.DecodingParameter.Signedness;
import weir.pipeline.Draft.Slot;

/// The ways in which a component's payload holds its value. Pure.
final class Encodings {

  private static final String STATUS = "status";
  private static final String DATA = "data";
  private static final int BYTES_MAX = 512;
  private static final int NUMBER_BYTES_MAX = 8;

  private Encodings() {}

  static ComponentValue decode(DecodingParameter parameter, Draft draft) throws RejectedException {
    return switch (parameter.encoding()) {
      case BOOLEAN -> new ComponentValue.Truth(truth(draft, indexOf(draft, STATUS)));
      case BOOLEAN_MAP -> new ComponentValue.Truths(truths(draft));
      case HEX_TO_FLOAT -> new ComponentValue.Amount(number(parameter, text(draft)));
      case RAW_STRING -> new ComponentValue.Text(text(draft));
    };
  }

  private static int indexOf(Draft draft, String field) throws RejectedException {
    int index = draft.indexOf(field);
    if (index < 0) {
      throw RejectedException.invalid(field, "is missing");
    }
    return index;
  }

  /// A JSON truth, the numbers 1 and 0, or the words that devices write for them. Any other
  /// text is refused: it must not count as true because it is not empty.
  private static boolean truth(Draft draft, int index) throws RejectedException {
    String name = draft.metric(index);
    Slot slot = draft.slot(index);
    if (slot == Slot.TRUTH || slot == Slot.NUMBER) {
      double number = draft.number(index);
      if (number == 0 || number == 1) {
        return number == 1;
      }
    }
    String text = draft.text(index);
    String word = text == null ? "" : text.strip().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "true", "on", "1" -> true;
      case "false", "off", "0" -> false;
      default -> throw RejectedException.invalid(name, "must be true or false");
    };
  }

  private static Map<String, Boolean> truths(Draft draft) throws RejectedException {
    Map<String, Boolean> truths = new LinkedHashMap<>();
    for (int i = 0; i < draft.count(); i++) {
      String name = draft.metric(i);
      if (name.length() > 64) {
        throw RejectedException.invalid(name, "is longer than 64 characters");
      }
      truths.put(name, truth(draft, i));
    }
    if (truths.isEmpty()) {
      throw RejectedException.invalid("", "no state is in the message");
    }
    return truths;
  }

  private static String text(Draft draft) throws RejectedException {
    int index = indexOf(draft, DATA);
    String text = draft.text(index);
    if (text == null) {
      throw RejectedException.invalid(DATA, "must be a text");
    }
    return text;
  }

  /// Bytes in hexadecimal, with or without `0x` and blanks, cut out and scaled.
  static double number(DecodingParameter parameter, String text) throws RejectedException {
    byte[] bytes = bytes(text);
    Integer widthBits = parameter.widthBits();
    int offset = parameter.byteOffset();
    int width = widthBits == null ? bytes.length - offset : widthBits / 8;
    byte[] number = cut(bytes, offset, width, parameter.byteOrder());
    if (parameter.byteOrder() == ByteOrder.LITTLE_ENDIAN) {
      reverse(number);
    }
    BigInteger integer =
        parameter.signedness() == Signedness.SIGNED
            ? new BigInteger(number)
            : new BigInteger(1, number);
    // In decimal, so that 0x97 in tenths is 15.1 and not 15.100000000000001.
    BigDecimal scaled = new BigDecimal(integer).multiply(BigDecimal.valueOf(parameter.scale()));
    Integer decimals = parameter.decimals();
    return (decimals == null ? scaled : scaled.setScale(decimals, RoundingMode.HALF_UP))
        .doubleValue();
  }

  private static byte[] bytes(String text) throws RejectedException {
    String digits = text.strip().replace(" ", "");
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      digits = digits.substring(2);
    }
    if (digits.isEmpty() || digits.length() > 2 * BYTES_MAX) {
      throw RejectedException.invalid(DATA, "must be 1 to " + BYTES_MAX + " bytes in hexadecimal");
    }
    byte[] bytes = new byte[(digits.length() + 1) / 2];
    // An odd number of digits has an unwritten zero in front.
    int odd = digits.length() % 2;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) < 0x80 ? Character.digit(digits.charAt(i), 16) : -1;
      if (digit < 0) {
        throw RejectedException.invalid(DATA, "must be hexadecimal");
      }
      int at = (i + odd) / 2;
      bytes[at] = (byte) (bytes[at] << 4 | digit);
    }
    return bytes;
  }

  /// The bytes of the number. Of a number that starts at the first byte, zeros at its high
  /// end may be left out.
  private static byte[] cut(byte[] bytes, int offset, int width, ByteOrder order)
      throws RejectedException {
    if (width < 1 || width > NUMBER_BYTES_MAX) {
      throw RejectedException.invalid(DATA, "must hold a number of 1 to 8 bytes");
    }
    byte[] number = new byte[width];
    if (offset == 0 && bytes.length < width) {
      int start = order == ByteOrder.LITTLE_ENDIAN ? 0 : width - bytes.length;
      System.arraycopy(bytes, 0, number, start, bytes.length);
      return number;
    }
    if (offset + width > bytes.length) {
      throw RejectedException.invalid(DATA, "is too short for its decoding parameter");
    }
    System.arraycopy(bytes, offset, number, 0, width);
    return number;
  }

  private static void reverse(byte[] bytes) {
    for (int i = 0; i < bytes.length / 2; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[bytes.length - 1 - i];
      bytes[bytes.length - 1 - i] = swapped;
    }
  }
}
