package weir.subscriber;

import java.security.SecureRandom;
import java.util.Base64;

/// The key that a receiver checks our signatures with: 32 random bytes, shown as `whsec_` and
/// base64 as Standard Webhooks wants it. Never printed.
@SuppressWarnings("ArrayRecordComponent") // A key; nobody compares keys.
public record SigningSecret(byte[] key) {

  private static final String PREFIX = "whsec_";
  private static final int BYTES = 32;

  static SigningSecret fresh(SecureRandom random) {
    byte[] key = new byte[BYTES];
    random.nextBytes(key);
    return new SigningSecret(key);
  }

  /// Reads what [#text] wrote.
  public static SigningSecret of(String text) {
    if (!text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("a signing secret starts with " + PREFIX);
    }
    return new SigningSecret(Base64.getDecoder().decode(text.substring(PREFIX.length())));
  }

  /// What the receiver is given.
  public String text() {
    return PREFIX + Base64.getEncoder().encodeToString(key);
  }

  @Override
  public String toString() {
    return PREFIX + "***";
  }
}
