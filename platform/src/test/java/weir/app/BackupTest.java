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
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Main;
import weir.app.watch.Machine;
import weir.device.DatabaseSettings;
import weir.event.ProblemException;
import weir.examples.Sql;
import weir.testkit.LedgerSender;
import weir.testkit.OpenApiCheck;
import weir.testkit.PostgresServer;
import weir.testkit.WebhookReceiver;

/// A backup made under load, restored elsewhere, and compared with what was acknowledged.
class BackupTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final long GIGABYTE = 1_000_000_000;

  @TempDir private Path folder;

  private final Set<String> taken = ConcurrentHashMap.newKeySet();
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean refusing;
  private final WebhookReceiver receiver = new WebhookReceiver(this::take);

  private WebhookReceiver.Answer take(WebhookReceiver.Received event) {
    if (refusing) {
      refused.incrementAndGet();
      return WebhookReceiver.Answer.of(503);
    }
    taken.add(event.id());
    return WebhookReceiver.Answer.of(204);
  }

  @AfterEach
  void closeReceiver() {
    receiver.close();
  }

  @Test
  void restoresEverythingThatWasAcknowledgedBeforeTheBackup() throws Exception {
    Path backup;
    List<String> before;
    Path examples = Files.createDirectories(folder.resolve("data/examples"));
    Map<String, String> settings = Map.of("webhook.allow-loopback", "true");
    try (TestPlatform weir = new TestPlatform(folder.resolve("data"), settings);
        Sql tickets = new Sql(examples.resolve("crm.db"), "CREATE TABLE ticket (id INTEGER)")) {
      assertThat(tickets.change("INSERT INTO ticket (id) VALUES (7)")).isEqualTo(1);
      assertThat(
              weir.post("/api/devices", "{\"id\":\"kept\",\"type\":\"smart_breaker\"}")
                  .statusCode())
          .isEqualTo(201);
      subscribe(weir);
      try (LedgerSender sender = new LedgerSender("backup", weir.mqttPort())) {
        await(() -> sender.acknowledged().size() >= 500 && !taken.isEmpty());
        refusing = true;
        await(() -> refused.get() >= 5); // From now on nothing is taken before it is restored.
        before = new ArrayList<>(sender.acknowledged());
        backup = backUp(weir);
        await(() -> sender.acknowledged().size() >= before.size() + 100);
        sender.finish();
      }
    }

    Path restored = folder.resolve("restored");
    assertThat(run("restore", backup.toString(), "--data-dir", restored.toString())).isZero();

    try (Sql tickets = new Sql(restored.resolve("examples/crm.db"))) {
      assertThat(tickets.ask("SELECT id FROM ticket", row -> row.getInt(1))).containsExactly(7);
    }
    refusing = false;
    try (TestPlatform weir = new TestPlatform(restored, settings)) {
      await(() -> books(weir).at("/total/waiting").asLong(-1) == 0);
      Set<String> stored = storedIds(weir);
      assertThat(stored).containsAll(before);
      await(() -> taken.containsAll(stored));
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

  private static Path backUp(TestPlatform weir) throws IOException {
    HttpResponse<String> made = weir.post("/api/backups", "");
    new OpenApiCheck()
        .check(
            "POST",
            "/api/backups",
            made.statusCode(),
            made.headers().firstValue("Content-Type").orElse(""),
            made.body().getBytes(StandardCharsets.UTF_8));
    return Path.of(JSON.readTree(made.body()).path("folder").asText());
  }

  private void subscribe(TestPlatform weir) throws IOException {
    String form = "{\"service_name\":\"all\",\"callback_url\":\"%s\"}".formatted(receiver.url());
    String service = JSON.readTree(weir.post("/register", form).body()).path("service_id").asText();
    String filter =
        "{\"service_id\":\"%s\",\"filter\":{\"device_id\":{\"exists\":true}}}".formatted(service);
    assertThat(weir.post("/subscribe", filter).statusCode()).isEqualTo(202);
    await(() -> weir.get("/api/subscriptions?status=active").body().contains(service));
  }

  @Test
  void copiesAgainstTheStream() throws Exception {
    Path data = folder.resolve("data");
    List<String> order =
        List.of(
            "kafka/__consumer_offsets-7/0.log",
            "deliveries.db",
            "registry.db",
            "series/table.d",
            "kafka/iot.enriched-0/0.log",
            "kafka/iot.raw-0/0.log");
    for (String name : order) {
      Files.createDirectories(data.resolve(name).getParent());
      if (name.endsWith(".db")) {
        new Sql(data.resolve(name), "CREATE TABLE here (id INTEGER)").close();
      } else {
        Files.writeString(data.resolve(name), name);
      }
    }
    PlatformSettings settings = PlatformSettings.bind(null, Map.of(), Map.of(), data);

    Backup.Made made = backup(settings, GIGABYTE).make().orElseThrow();

    List<FileTime> times = new ArrayList<>();
    for (String name : order) {
      times.add(Files.getLastModifiedTime(made.folder().resolve(name)));
    }
    assertThat(times).isSorted();
    assertThat(made.bytes()).isPositive();
  }

  @Test
  void leavesNothingOfABackupThatFailed() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("registry.db"), "this is no database");
    PlatformSettings settings = PlatformSettings.bind(null, Map.of(), Map.of(), data);
    Backup backup = backup(settings, GIGABYTE);

    assertThatThrownBy(backup::make).hasMessageContaining("registry.db");

    assertThat(data.resolve("backups")).isEmptyDirectory();
  }

  private static Backup backup(PlatformSettings settings, long freeBytes) {
    return new Backup(
        settings,
        Runnable::run,
        () -> new Machine.Room(1_000 * GIGABYTE, freeBytes),
        InstantSource.system());
  }

  @Test
  void isNotMadeWhereItWouldFillTheDisk() throws Exception {
    Path data = folder.resolve("data");
    Path topic = Files.createDirectories(data.resolve("kafka/iot.raw-0"));
    Files.write(topic.resolve("0.log"), new byte[1_000_000]);
    PlatformSettings settings = PlatformSettings.bind(null, Map.of(), Map.of(), data);
    long reserve = settings.kafka().diskReserveBytes();

    assertThatThrownBy(backup(settings, reserve + 1_099_999)::make)
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused ->
                assertThat(refused.problem().detail()).contains("needs " + (reserve + 1_100_000)));

    assertThat(data.resolve("backups")).doesNotExist();
    assertThat(backup(settings, reserve + 1_100_000).make()).isPresent();
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
  void removesWhatAKilledPlatformLeftOfABackup() throws Exception {
    Path backups = folder.resolve("backups");
    Files.createDirectories(backups.resolve("2026-06-01T00-00-00Z"));
    Path left = Files.createDirectories(backups.resolve("2026-06-02T00-00-00Z.partial"));
    Files.writeString(left.resolve("registry.db"), "half of it");

    backup(PlatformSettings.bind(null, Map.of(), Map.of(), folder), GIGABYTE).removeUnfinished();

    assertThat(backups).isDirectoryNotContaining(entry -> entry.equals(left));
    assertThat(backups).isNotEmptyDirectory();
  }

  @Test
  void triesTheTablesOfThisVersionOnACopy() throws Exception {
    Path backup;
    Path left =
        Files.createDirectories(folder.resolve("data/backups/2026-06-02T00-00-00Z.partial"));
    String series = folder.resolve("data/readings.db").toString();
    Map<String, String> settings = Map.of("sqlite.file", series);
    try (TestPlatform weir = new TestPlatform(folder.resolve("data"), settings)) {
      backup = Path.of(JSON.readTree(weir.post("/api/backups", "").body()).path("folder").asText());
    }
    assertThat(left).doesNotExist();
    byte[] untouched = Files.readAllBytes(backup.resolve("registry.db"));
    StringWriter said = new StringWriter();

    int exit =
        Main.commandLine(new PrintWriter(said, true))
            .execute("restore", backup.toString(), "--check", "--set", "sqlite.file=" + series);

    assertThat(exit).as(said.toString()).isZero();
    assertThat(said.toString())
        .contains(
            "ok      registry.db: version ", "deliveries.db", "ok      readings.db: version 2");
    assertThat(Files.readAllBytes(backup.resolve("registry.db"))).isEqualTo(untouched);
    Files.writeString(backup.resolve("registry.db"), "this is no database");
    assertThat(run("restore", backup.toString(), "--check")).isEqualTo(1);
    said.getBuffer().setLength(0);
    exit =
        Main.commandLine(new PrintWriter(said, true))
            .execute("restore", folder.resolve("backpus").toString(), "--check");
    assertThat(exit).isEqualTo(1);
    assertThat(said.toString()).contains("WRONG", "is no backup of Weir");
  }

  @Test
  void namesWhatIsKeptElsewhereAndTriesTheTablesOnACopyOfTheServer() throws Exception {
    PostgresServer.require();
    DatabaseSettings server = PostgresServer.shared().database();
    String url = server.url();
    Map<String, String> settings = Map.of("registry.url", url);
    Path backup;
    StringWriter said = new StringWriter();
    try (TestPlatform weir = new TestPlatform(folder.resolve("data"), settings)) {
      JsonNode made = JSON.readTree(weir.post("/api/backups", "").body());
      assertThat(made.path("elsewhere").findValuesAsText("how"))
          .singleElement()
          .asString()
          .startsWith("pg_dump --format=custom --file=registry.dump 'postgresql://weir@127.0.0.1:");
      backup = Path.of(made.path("folder").asText());
      assertThat(check(said, backup, url)).isEqualTo(1);
      assertThat(said.toString()).contains("WRONG   no copy of", "stop every process");
    }
    try (Connection connection = server.source().getConnection();
        Statement statement = connection.createStatement()) {
      int _ =
          statement.executeUpdate(
              "DELETE FROM deliveries.flyway_schema_history WHERE version = '4'");
      boolean _ = statement.execute("ALTER TABLE deliveries.event DROP COLUMN trace");
    }

    assertThat(check(said, backup, url)).as(said.toString()).isZero();

    assertThat(said.toString()).contains("ok      deliveries in PostgreSQL: version 3, now 4");
    try (Connection connection = server.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet databases =
            statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = 'weir_check'")) {
      assertThat(databases.next()).isFalse();
    }
  }

  private static int check(StringWriter said, Path backup, String url) {
    return Main.commandLine(new PrintWriter(said, true))
        .execute("restore", backup.toString(), "--check", "--set", "registry.url=" + url);
  }

  @Test
  void saysHowToCopyWhatIsKeptElsewhereWithoutPasswords() {
    Map<String, String> settings =
        Map.of(
            "timescale.url",
            "postgresql://weir:gehe%2Fim@db.example/series?sslmode=require",
            "webhook.key-file",
            "/etc/weir/webhook.key",
            "rabbitmq.host",
            "rabbit.example");

    assertThat(Elsewhere.of(PlatformSettings.bind(null, Map.of(), settings, folder)))
        .extracting(Elsewhere::how)
        .containsExactly(
            "pg_dump --format=custom --file=series.dump"
                + " 'postgresql://weir:***@db.example:5432/series'",
            "cp '/etc/weir/webhook.key' .",
            "copy the data folder of its stopped nodes");
    Map<String, String> cluster = Map.of("kafka.bootstrap-servers", "kafka.example:9092");
    assertThat(Elsewhere.of(PlatformSettings.bind(null, Map.of(), cluster, folder)))
        .extracting(Elsewhere::how)
        .containsExactly("copy the log folders of its stopped brokers");
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
