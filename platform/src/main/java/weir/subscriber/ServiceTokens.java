package weir.subscriber;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import weir.device.Database;

/// Access tokens of applications: JSON web tokens (RFC 7519, HS256) with `service_id`, `iat` and
/// `exp`, signed with a key that is made once and kept in the registry. They end by themselves;
/// nothing is stored of one. Safe for use by many threads.
public final class ServiceTokens {

  private static final String SETTING = "token-key";
  private static final int CHARS_MAX = 1_024;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final String HEADER = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");

  private final SecretKeySpec key;
  private final Duration lifetime;
  private final InstantSource clock;

  public ServiceTokens(Database database, SecretBox box, Duration lifetime, InstantSource clock) {
    this.lifetime = lifetime;
    this.clock = clock;
    byte[] fresh = new byte[32];
    new SecureRandom().nextBytes(fresh);
    String sealed =
        database.setIfMissing(SETTING, box.seal(Base64.getEncoder().encodeToString(fresh)));
    key = new SecretKeySpec(Base64.getDecoder().decode(box.open(sealed)), "HmacSHA256");
  }

  /// A token and when it ends.
  public record Issued(String token, Instant expiresAt, Duration lifetime) {
    @Override
    public String toString() {
      return "Issued[" + expiresAt + "]";
    }
  }

  public Issued issue(String application) {
    Instant now = clock.instant();
    Instant end = now.plus(lifetime);
    ObjectNode claims = JSON.createObjectNode();
    claims.put("service_id", application);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", end.getEpochSecond());
    String signed = HEADER + "." + encode(claims.toString());
    return new Issued(signed + "." + sign(signed), end, lifetime);
  }

  /// The application that a token was issued to, when it is ours and has not ended.
  public Optional<String> verify(String token) {
    String[] parts = token.length() > CHARS_MAX ? new String[0] : token.split("\\.", -1);
    if (parts.length != 3 || !parts[0].equals(HEADER)) {
      return Optional.empty();
    }
    byte[] expected = sign(parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, parts[2].getBytes(StandardCharsets.UTF_8))) {
      return Optional.empty();
    }
    JsonNode claims = claims(parts[1]);
    boolean ended = claims.path("exp").asLong() <= clock.instant().getEpochSecond();
    return ended ? Optional.empty() : Optional.of(claims.path("service_id").asText());
  }

  private static JsonNode claims(String part) {
    try {
      return JSON.readTree(Base64.getUrlDecoder().decode(part));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("signed here, but not JSON", e);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String sign(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return ENCODER.encodeToString(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private static String encode(String json) {
    return ENCODER.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
