package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Exposition;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Patience;
import weir.log.Topics;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaLog;
import weir.log.kafka.KafkaSettings;

/// What has to go when the embedded stores are to stay within a budget, and what must not.
class DiskBudgetTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Map<String, String> SMALL =
      Map.of("kafka.partitions", "1", "kafka.segment-bytes", "3000000");
  private static final int DAYS = 5;
  private static final int EVENTS_A_DAY = 400;
  private static final int BATCH = 100;

  private final Instant now = Instant.now();

  @TempDir private Path folder;

  @Test
  void removesTheOldestDaysFirstAndTheAuditTellsThemFromLostOnes() throws Exception {
    try (TestPlatform weir = new TestPlatform(folder, SMALL)) {
      for (int day = DAYS; day >= 0; day--) {
        send(weir, now.minus(day, ChronoUnit.DAYS));
      }
      await().atMost(SOON).until(() -> books(weir).at("/total/waiting").asLong(-1) == 0);
    }
    long series = bytes(folder.resolve("series"));
    long all = series + bytes(folder.resolve("kafka")) + bytes(folder.resolve("deliveries.db"));
    Map<String, String> tight = new HashMap<>(SMALL);
    tight.put("disk.budget", Long.toString(all - series / 4));
    tight.put("disk.measure-every", "2s");

    try (TestPlatform weir = new TestPlatform(folder, tight)) {
      await().atMost(SOON).until(() -> removed(weir).getOrDefault("series", 0.0) > 0);
      JsonNode audit = JSON.readTree(weir.post("/api/audit", "").body());
      assertThat(audit.path("missing").asLong()).as("%s", audit).isZero();
      assertThat(audit.path("retired").asLong()).as("%s", audit).isPositive();
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                assertThat(kept(weir)).isSorted().endsWith(true);
                assertThat(removed(weir).getOrDefault("log", 0.0)).isPositive();
                Exposition figures = Exposition.parse(weir.get("/metrics").body());
                assertThat(figures.sum("weir_disk_budget_used_bytes"))
                    .isLessThanOrEqualTo(figures.sum("weir_disk_budget_bytes"));
              });
      assertThat(kept(weir)).startsWith(false).endsWith(true);
      assertThat(weir.get("/health").statusCode()).isEqualTo(200);
      JsonNode last = JSON.readTree(weir.post("/api/audit", "").body());
      assertThat(last.path("missing").asLong()).as("%s", last).isZero();
      assertThat(last.at("/books/balanced").asBoolean()).as("%s", last).isTrue();
    }
  }

  @Test
  void saysSoWhenNothingMoreMayGo() {
    Map<String, String> hopeless = Map.of("disk.budget", "10MB", "disk.measure-every", "200ms");
    try (TestPlatform weir = new TestPlatform(folder, hopeless)) {
      send(weir, now);
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                JsonNode part =
                    JSON.readTree(weir.get("/health").body()).path("parts").path("disk budget");
                assertThat(part.path("error").asText()).contains("bytes over disk.budget");
              });
      assertThat(weir.get("/health").statusCode()).isEqualTo(503);
      assertThat(weir.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  private static Map<String, Double> removed(TestPlatform weir) {
    return Exposition.parse(weir.get("/metrics").body())
        .by("weir_disk_budget_removed_total", "part");
  }

  /// Whether there are events of each day, the oldest first.
  private List<Boolean> kept(TestPlatform weir) throws IOException {
    List<Boolean> kept = new ArrayList<>();
    for (int day = DAYS; day >= 0; day--) {
      kept.add(isKept(weir, now.minus(day, ChronoUnit.DAYS)));
    }
    return kept;
  }

  private static void send(TestPlatform weir, Instant day) {
    Random random = new Random(day.getEpochSecond());
    byte[] noise = new byte[3_000];
    for (int sent = 0; sent < EVENTS_A_DAY; sent += BATCH) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < BATCH; i++) {
        random.nextBytes(noise);
        lines.append(
            "{\"device_id\":\"full\",\"timestamp\":\"%s\",\"temperature\":1,\"humidity\":2,\"noise\":\"%s\"}%n"
                .formatted(day.minusMillis(sent + i), HexFormat.of().formatHex(noise)));
      }
      assertThat(
              weir.send("POST", "/ingest", "application/x-ndjson", lines.toString()).statusCode())
          .isEqualTo(202);
    }
  }

  private static boolean isKept(TestPlatform weir, Instant day) throws IOException {
    String query =
        "/api/events?device=full&limit=1&from=%s&to=%s"
            .formatted(day.minusSeconds(1), day.plusSeconds(1));
    return !JSON.readTree(weir.get(query).body()).path("items").isEmpty();
  }

  private static JsonNode books(TestPlatform weir) throws IOException {
    return JSON.readTree(weir.get("/api/books").body());
  }

  private static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void keepsInTheLogWhatAStageHasStillToRead() {
    KafkaSettings settings = KafkaSettings.defaults().withPort(0);
    Topics topics = Topics.defaults();
    Instant old = Instant.now().minus(3, ChronoUnit.HOURS);
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, settings);
        KafkaLog log = new KafkaLog(broker, settings, Patience.PROMPT)) {
      log.create(topics.specs(1, Duration.ofDays(7)));
      Partition raw = new Partition(topics.raw(), 0);
      Partition enriched = new Partition(topics.enriched(), 0);
      for (Partition partition : List.of(raw, enriched)) {
        for (int i = 0; i < 10; i++) {
          log.append(entry(partition, old)).join();
        }
        log.append(entry(partition, Instant.now())).join();
      }
      read(log, "decodes", raw, 11);
      read(log, "stores", enriched, 8);
      read(log, "delivers", enriched, 4);
      LogTrim trim = new LogTrim(log, topics, Set.of("decodes"), Set.of("stores", "delivers"));

      assertThat(trim.removeBefore(Instant.now().minusSeconds(60))).isEqualTo(10 + 4);

      assertThat(log.ranges(Set.of(topics.raw())))
          .containsEntry(raw, new EventLog.OffsetRange(10, 11));
      assertThat(log.ranges(Set.of(topics.enriched())))
          .containsEntry(enriched, new EventLog.OffsetRange(4, 11));
      assertThat(
              new LogTrim(log, topics, Set.of("nobody"), Set.of("nobody"))
                  .removeBefore(Instant.now()))
          .isZero();
    }
  }

  private static Entry entry(Partition partition, Instant time) {
    byte[] value = {1};
    return new Entry(
        partition.topic(), partition.number(), "d", time.toEpochMilli(), value, new Headers());
  }

  private static void read(KafkaLog log, String group, Partition partition, long upTo) {
    try (EventLog.Subscription member = log.join(group, Set.of(partition.topic()))) {
      List<LogRecord> seen = new ArrayList<>();
      while (seen.size() < upTo) {
        seen.addAll(member.poll(Duration.ofMillis(200)));
      }
      member.commit(Map.of(partition, new EventLog.Committed(upTo, "")));
    }
  }
}
