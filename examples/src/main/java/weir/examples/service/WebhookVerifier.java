package weir.examples.service;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Checks the signature of a webhook (Standard Webhooks): over the bytes as they came, in constant
/// time, and not older or younger than five minutes.
public final class WebhookVerifier {

  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final SecretKeySpec key;
  private final InstantSource clock;

  /// @param secret what registration answered, `whsec_…`
  public WebhookVerifier(String secret, InstantSource clock) {
    byte[] bytes = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    this.key = new SecretKeySpec(bytes, "HmacSHA256");
    this.clock = clock;
  }

  /// Whether we were meant, by who knows the secret, lately.
  public boolean isGenuine(String id, String timestamp, String signatures, byte[] body) {
    if (!timestamp.matches("[0-9]{1,12}") || !isNow(Long.parseLong(timestamp))) {
      return false;
    }
    byte[] expected =
        ("v1," + sign(id + "." + timestamp + ".", body)).getBytes(StandardCharsets.US_ASCII);
    boolean genuine = false;
    for (String signature : signatures.split(" ", -1)) {
      genuine |= MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
    }
    return genuine;
  }

  private boolean isNow(long seconds) {
    Duration off = Duration.between(Instant.ofEpochSecond(seconds), clock.instant()).abs();
    return off.compareTo(TOLERANCE) <= 0;
  }

  private String sign(String head, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(head.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
