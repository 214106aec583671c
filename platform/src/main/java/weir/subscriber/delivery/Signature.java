package weir.subscriber.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.StringJoiner;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import weir.subscriber.SigningSecret;

/// The signature of Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body, joined by dots.
final class Signature {

  private static final String ALGORITHM = "HmacSHA256";

  private Signature() {}

  /// The value of `webhook-signature`: one for each secret, the current one first.
  static String of(String id, Instant time, byte[] body, List<SigningSecret> secrets) {
    byte[] head = (id + "." + time.getEpochSecond() + ".").getBytes(StandardCharsets.UTF_8);
    StringJoiner signatures = new StringJoiner(" ");
    for (SigningSecret secret : secrets) {
      signatures.add("v1," + Base64.getEncoder().encodeToString(mac(secret, head, body)));
    }
    return signatures.toString();
  }

  private static byte[] mac(SigningSecret secret, byte[] head, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.key(), ALGORITHM));
      mac.update(head);
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
