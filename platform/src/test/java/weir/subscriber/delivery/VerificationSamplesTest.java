package weir.subscriber.delivery;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
  void javaTellsGenuineFromForged() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    check(
        List.of(
            java.toString(), "-XX:TieredStopAtLevel=1", SAMPLES.resolve("Verify.java").toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify.py", "verify.mjs", "Verify.java"})
  void theReferenceShowsTheFilesThatAreRun(String file) throws IOException {
    String reference = Files.readString(Path.of("../docs/reference/subscribers.md"));
    String sample =
        Files.readString(SAMPLES.resolve(file)).lines().map(String::strip).collect(joining("\n"));
    long shown =
        Pattern.compile("```\\w+\n(.*?)\n```", Pattern.DOTALL)
            .matcher(reference)
            .results()
            .map(block -> block.group(1).lines().map(String::strip).collect(joining("\n")))
            .filter(sample::contains)
            .count();
    assertThat(shown).isEqualTo(1);
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
    String signed = Signature.of("id", now, BODY, List.of(SECRET));
    assertThat(answer(command, "id", now, signed, BODY)).isEqualTo("true");
    assertThat(answer(command, "id", now, both(now), BODY)).isEqualTo("true");
    String afterGrace = Signature.of("id", now, BODY, List.of(OTHER));
    assertThat(answer(command, "id", now, afterGrace, BODY)).isEqualTo("false");
    byte[] altered = BODY.clone();
    altered[3]++;
    assertThat(answer(command, "id", now, signed, altered)).isEqualTo("false");
    assertThat(answer(command, "other", now, signed, BODY)).isEqualTo("false");
    assertThat(answer(command, "id", now.plusSeconds(1), signed, BODY)).isEqualTo("false");
    Instant old = now.minus(Duration.ofMinutes(6));
    String replayed = Signature.of("id", old, BODY, List.of(SECRET));
    assertThat(answer(command, "id", old, replayed, BODY)).isEqualTo("false");
  }

  /// As it is signed while a rotation is under way.
  private static String both(Instant now) {
    return Signature.of("id", now, BODY, List.of(OTHER, SECRET));
  }

  private static boolean isInstalled(String program) throws InterruptedException {
    try {
      return new ProcessBuilder(program, "--version").start().waitFor() == 0;
    } catch (IOException missing) {
      return false;
    }
  }

  private static String answer(
      List<String> command, String id, Instant time, String signature, byte[] body)
      throws IOException, InterruptedException {
    List<String> headers = List.of(id, Long.toString(time.getEpochSecond()), signature);
    Process process =
        new ProcessBuilder(
                Stream.of(command, List.of(SECRET.text()), headers).flatMap(List::stream).toList())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(body);
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return out.strip().toLowerCase(Locale.ROOT);
  }
}
