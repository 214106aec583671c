package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.Database;
import weir.testkit.ManualClock;

/// A token is good for its application and its time, and for nothing else.
class ServiceTokensTest {

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private Database database;
  private ServiceTokens tokens;

  @BeforeEach
  void open() {
    database = new Database(folder.resolve("registry.db"), 2);
    tokens = tokens("webhook.key");
  }

  private ServiceTokens tokens(String key) {
    SecretBox box = SecretBox.open(folder.resolve(key));
    return new ServiceTokens(database, box, Duration.ofHours(1), clock);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void endsByItselfAndOutlivesARestart() {
    String token = tokens.issue("app").token();
    clock.advance(Duration.ofMinutes(59));
    assertThat(tokens("webhook.key").verify(token)).contains("app");
    clock.advance(Duration.ofMinutes(1));
    assertThat(tokens.verify(token)).isEmpty();
  }

  @Test
  void refusesWhatWasChanged() {
    String[] parts = tokens.issue("app").token().split("\\.", -1);
    String none = encode("{\"alg\":\"none\",\"typ\":\"JWT\"}");
    String later =
        encode(
            new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace("\"exp\":1", "\"exp\":2"));
    assertThat(tokens.verify(none + "." + parts[1] + ".")).isEmpty();
    assertThat(tokens.verify(parts[0] + "." + later + "." + parts[2])).isEmpty();
    assertThat(tokens.verify(parts[0] + "." + parts[1] + ".")).isEmpty();
    assertThat(tokens.verify("")).isEmpty();
    assertThat(tokens.verify("x".repeat(2_000))).isEmpty();
  }

  private static String encode(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
