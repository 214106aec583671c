import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class Verify {
  /** Whether a webhook is genuine; body is the bytes as they came. */
  static boolean verify(String secret, Map<String, String> headers, byte[] body) throws Exception {
    long age = System.currentTimeMillis() / 1000 - Long.parseLong(headers.get("webhook-timestamp"));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
    mac.update((headers.get("webhook-id") + "." + headers.get("webhook-timestamp") + ".").getBytes(StandardCharsets.UTF_8));
    byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes();
    return Math.abs(age) <= 300 && Stream.of(headers.get("webhook-signature").split(" "))
        .anyMatch(one -> MessageDigest.isEqual(expected, one.getBytes()));
  }

  public static void main(String[] arguments) throws Exception { // Verify.java SECRET ID TIMESTAMP SIGNATURE < body
    Map<String, String> headers = Map.of("webhook-id", arguments[1], "webhook-timestamp", arguments[2], "webhook-signature", arguments[3]);
    System.out.println(verify(arguments[0], headers, System.in.readAllBytes()));
  }
}
