package weir.device;

import java.util.Optional;

/// The name by which a device is known everywhere: topics, log keys, storage and URLs.
///
/// One to 128 characters of `[A-Za-z0-9._:-]`. The alphabet keeps an identifier harmless in every
/// place it is written to: MQTT topics, SQL, file names, log topics and web pages.
public record DeviceId(String value) {

  public static final int LENGTH_MAX = 128;

  private static final boolean[] ALLOWED = new boolean[128];

  static {
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-"
        .chars()
        .forEach(c -> ALLOWED[c] = true);
  }

  public DeviceId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(
          "device id must be 1 to 128 characters of [A-Za-z0-9._:-], got " + value.length());
    }
  }

  /// The identifier, or empty when the text breaks the rule.
  public static Optional<DeviceId> parse(String text) {
    return isValid(text) ? Optional.of(new DeviceId(text)) : Optional.empty();
  }

  /// Whether the text is a legal identifier; the same rule holds for event ids.
  public static boolean isValid(String text) {
    int length = text.length();
    if (length == 0 || length > LENGTH_MAX) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (!isAllowed(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAllowed(char c) {
    return c < ALLOWED.length && ALLOWED[c];
  }

  @Override
  public String toString() {
    return value;
  }
}
