package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import weir.subscriber.SigningSecret;

/// The samples that check signatures take what we sign, and refuse what was altered or is old.
class VerificationSamplesTest {

  private static final Path SAMPLES = Path.of("../examples/verify").toAbsolutePath().normalize();
  private static final SigningSecret SECRET =
      SigningSecret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=");
  private static final SigningSecret OTHER =
      SigningSecret.of("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  private static final byte[] BODY =
      "{\"device_id\":\"ref_model_12\",\"note\":\"ü\"}".getBytes(StandardCharsets.UTF_8);

  @Test
  void pythonTellsGenuineFromForged() throws Exception {
    check(List.of("python3", SAMPLES.resolve("verify.py").toString()));
  }

  @Test
  void javaScriptTellsGenuineFromForged() throws Exception {
    check(List.of("node", SAMPLES.resolve("verify.mjs").toString()));
  }

  @Test
  void signsAsTheSpecificationDoes() {
    SigningSecret known = SigningSecret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    String signature =
        Signature.of(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant.ofEpochSecond(1614265330),
            "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8),
            List.of(known));
    assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  private static void check(List<String> command) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        Boolean.parseBoolean(System.getenv("CI")) || isInstalled(command.getFirst()),
        command.getFirst() + " is not installed");
    Instant now = Instant.now();
    assertThat(answer(command, now, List.of(SECRET), BODY)).isEqualTo("true");
    assertThat(answer(command, now, List.of(OTHER, SECRET), BODY)).isEqualTo("true");
    assertThat(answer(command, now, List.of(OTHER), BODY)).isEqualTo("false");
    assertThat(answer(command, now.minus(Duration.ofMinutes(6)), List.of(SECRET), BODY))
        .isEqualTo("false");
    byte[] altered = BODY.clone();
    altered[3]++;
    assertThat(answer(command, now, List.of(SECRET), altered)).isEqualTo("false");
  }

  private static boolean isInstalled(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "--version").start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  /// What the sample says of this body under the signature of the original one.
  private static String answer(
      List<String> command, Instant time, List<SigningSecret> signers, byte[] body)
      throws IOException, InterruptedException {
    String headers =
        "{\"webhook-id\":\"id\",\"webhook-timestamp\":\"%d\",\"webhook-signature\":\"%s\"}"
            .formatted(time.getEpochSecond(), Signature.of("id", time, BODY, signers));
    Process process =
        new ProcessBuilder(
                Stream.concat(command.stream(), Stream.of(SECRET.text(), headers)).toList())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(body);
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return out.strip().toLowerCase(Locale.ROOT);
  }
}
