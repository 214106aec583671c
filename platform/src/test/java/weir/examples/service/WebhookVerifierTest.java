package weir.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/// What a receiver must not believe: what is old, changed, or signed with another secret.
class WebhookVerifierTest {

  private static final Instant SENT = Instant.parse("2026-01-01T00:00:00Z");
  private static final String SECRET = secret("the secret of today");
  private static final String OLD = secret("the secret of yesterday");
  private static final byte[] BODY = bytes("{\"error_code\":\"E1\"}");

  private final WebhookVerifier verifier = at(SENT);

  private static WebhookVerifier at(Instant now) {
    return new WebhookVerifier(SECRET, () -> now);
  }

  private static String secret(String text) {
    return "whsec_" + Base64.getEncoder().encodeToString(bytes(text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sign(String secret) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    mac.update(bytes("id." + time(SENT) + "."));
    return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(BODY));
  }

  private static String time(Instant instant) {
    return Long.toString(instant.getEpochSecond());
  }

  @Test
  void believesWhatWasSentInTheLastFiveMinutes() throws Exception {
    String signature = sign(SECRET);
    for (int off : new int[] {-300, 300}) {
      WebhookVerifier then = at(SENT.plusSeconds(off));
      assertThat(then.isGenuine("id", time(SENT), signature, BODY)).isTrue();
    }
    for (int off : new int[] {-360, 360}) {
      WebhookVerifier then = at(SENT.plusSeconds(off));
      assertThat(then.isGenuine("id", time(SENT), signature, BODY)).isFalse();
    }
  }

  @Test
  void doesNotBelieveWhatWasChanged() throws Exception {
    String signature = sign(SECRET);
    assertThat(verifier.isGenuine("other", time(SENT), signature, BODY)).isFalse();
    assertThat(verifier.isGenuine("id", time(SENT.plusSeconds(1)), signature, BODY)).isFalse();
    assertThat(verifier.isGenuine("id", time(SENT), signature, bytes("{}"))).isFalse();
    for (String other : new String[] {"", "v1,", "v1", signature.substring(3)}) {
      assertThat(verifier.isGenuine("id", time(SENT), other, BODY)).as(other).isFalse();
    }
    for (String other : new String[] {"", "now", "-1", time(SENT) + "000"}) {
      assertThat(verifier.isGenuine("id", other, signature, BODY)).as(other).isFalse();
    }
  }

  @Test
  void believesTheOldSecretOnlyBesideItsOwn() throws Exception {
    assertThat(verifier.isGenuine("id", time(SENT), sign(OLD), BODY)).isFalse();
    String both = sign(OLD) + " " + sign(SECRET);
    assertThat(verifier.isGenuine("id", time(SENT), both, BODY)).isTrue();
  }
}
