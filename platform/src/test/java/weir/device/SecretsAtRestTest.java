package weir.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Looks into the registry's files with the eyes of a thief.
class SecretsAtRestTest {

  @TempDir private Path folder;

  @Test
  void noTokenIsOnTheDisk() throws IOException {
    String given = "given-by-the-operator";
    String made;
    String device;
    try (Registry registry =
        new Registry(
            SqlEngine.sqlite(folder.resolve("registry.db")),
            DeviceSettings.defaults(),
            () -> Instant.parse("2026-03-01T12:00:00Z"))) {
      device = issue(registry.credentials());
      made = registry.adminToken().makeIfMissing().orElseThrow();
      registry.adminToken().replace(given);
      assertThat(onDisk()).doesNotContain(device, made, given);
    }
    assertThat(onDisk()).contains("breaker-001").doesNotContain(device, made, given);
  }

  private static String issue(Credentials credentials) {
    if (credentials.issue(new DeviceId("breaker-001"), JsonNodeFactory.instance.objectNode())
        instanceof Outcome.Saved<Credentials.Issued>(Credentials.Issued issued)) {
      return issued.token();
    }
    throw new AssertionError("no token was issued");
  }

  private String onDisk() throws IOException {
    StringBuilder everything = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        everything.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return everything.toString();
  }
}
