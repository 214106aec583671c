package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.LedgerSender;
import weir.testkit.OpenApiCheck;

/// A backup made under load, restored elsewhere, and compared with what was acknowledged.
class BackupTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void restoresEverythingThatWasAcknowledgedBeforeTheBackup() throws Exception {
    Path backup;
    List<String> before;
    try (TestPlatform weir = new TestPlatform(folder.resolve("data"), Map.of());
        LedgerSender sender = new LedgerSender("backup", weir.mqttPort())) {
      assertThat(
              weir.post("/api/devices", "{\"id\":\"kept\",\"type\":\"smart_breaker\"}")
                  .statusCode())
          .isEqualTo(201);
      await(() -> sender.acknowledged().size() >= 500);
      before = new ArrayList<>(sender.acknowledged());
      HttpResponse<String> made = weir.post("/api/backups", "");
      new OpenApiCheck()
          .check(
              "POST",
              "/api/backups",
              made.statusCode(),
              made.headers().firstValue("Content-Type").orElse(""),
              made.body().getBytes(StandardCharsets.UTF_8));
      backup = Path.of(JSON.readTree(made.body()).path("folder").asText());
      await(() -> sender.acknowledged().size() >= before.size() + 100);
      sender.finish();
    }

    Path restored = folder.resolve("restored");
    assertThat(run("restore", backup.toString(), "--data-dir", restored.toString())).isZero();

    try (TestPlatform weir = new TestPlatform(restored, Map.of())) {
      await(() -> books(weir).at("/total/waiting").asLong(-1) == 0);
      assertThat(storedIds(weir)).containsAll(before);
      assertThat(weir.get("/api/devices/kept").statusCode()).isEqualTo(200);
      JsonNode audit = JSON.readTree(weir.post("/api/audit", "").body());
      assertThat(audit.path("missing").asLong()).as("%s", audit).isZero();
      assertThat(audit.path("stored_twice").asLong()).isZero();
      assertThat(audit.at("/books/balanced").asBoolean()).as("%s", audit).isTrue();
      weir.post("/ingest/iot/backup/raw", "after");
      await(() -> books(weir).at("/total/waiting").asLong(-1) == 0);
      assertThat(books(weir).path("balanced").asBoolean()).isTrue();
    }
  }

  @Test
  void restoresOnlyIntoAnEmptyFolderAndOnlyABackup() throws IOException {
    Path backup = Files.createDirectories(folder.resolve("backup"));
    assertThatThrownBy(
            () -> Backup.restore(backup, folder.resolve("to"), folder.resolve("to/series")))
        .hasMessageContaining("is no backup of Weir");
    Files.createFile(backup.resolve("registry.db"));

    assertThatThrownBy(() -> Backup.restore(backup, folder, folder.resolve("series")))
        .hasMessageContaining("is not empty");
  }

  @Test
  void triesTheTablesOfThisVersionOnACopy() throws Exception {
    Path backup;
    try (TestPlatform weir = new TestPlatform(folder.resolve("data"), Map.of())) {
      backup = Path.of(JSON.readTree(weir.post("/api/backups", "").body()).path("folder").asText());
    }
    byte[] untouched = Files.readAllBytes(backup.resolve("registry.db"));
    StringWriter said = new StringWriter();

    int exit =
        Main.commandLine(new PrintWriter(said, true))
            .execute("restore", backup.toString(), "--check");

    assertThat(exit).as(said.toString()).isZero();
    assertThat(said.toString()).contains("ok      registry.db: version ", "deliveries.db");
    assertThat(Files.readAllBytes(backup.resolve("registry.db"))).isEqualTo(untouched);
    Files.writeString(backup.resolve("registry.db"), "this is no database");
    assertThat(run("restore", backup.toString(), "--check")).isEqualTo(1);
  }

  private static int run(String... words) {
    return Main.commandLine(new PrintWriter(new StringWriter(), true)).execute(words);
  }

  private static JsonNode books(TestPlatform weir) throws IOException {
    return JSON.readTree(weir.get("/api/books").body());
  }

  private static Set<String> storedIds(TestPlatform weir) throws IOException {
    Set<String> ids = new HashSet<>();
    String cursor = "";
    do {
      String page = weir.get("/api/events?device=backup&limit=1000" + cursor).body();
      JsonNode answer = JSON.readTree(page);
      for (JsonNode event : answer.path("items")) {
        String id = event.path("event_id").asText();
        assertThat(ids.add(id)).as("event %s is stored once", id).isTrue();
      }
      JsonNode next = answer.path("next_cursor");
      cursor = next.isTextual() ? "&cursor=" + next.asText() : "";
    } while (!cursor.isEmpty());
    return ids;
  }

  private static void await(Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(condition);
  }
}
