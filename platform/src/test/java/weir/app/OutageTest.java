package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.KafkaCluster;
import weir.testkit.LedgerSender;
import weir.testkit.LedgerSenders;
import weir.testkit.PostgresServer;
import weir.testkit.RabbitServer;
import weir.testkit.RedisServer;
import weir.testkit.SmallDisk;
import weir.testkit.WebhookReceiver;

/// The log goes away under a running platform, or its disk is full: nothing more is
/// acknowledged, the doors say so, and what was acknowledged is stored once afterwards.
class OutageTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MEBIBYTE = 1024L * 1024;
  private static final long RESERVE_BYTES = 64 * MEBIBYTE;
  private static final Duration PAUSE = Duration.ofMillis(3);

  @TempDir private Path folder;

  @Test
  void losesNothingWhenTheLogStopsForAWhile() throws Exception {
    try (TestPlatform weir = new TestPlatform(folder, Map.of());
        LedgerSender sender = new LedgerSender("outage", weir.mqttPort())) {
      awaitMore(sender, 300);

      weir.platform.broker().orElseThrow().stop();
      awaitRefusal(weir, "the broker is down");
      HttpResponse<String> topics = weir.get("/api/topics");
      assertThat(topics.statusCode()).isEqualTo(503);
      assertThat(topics.body()).contains("Log unavailable");
      weir.platform.broker().orElseThrow().start();

      awaitMore(sender, 300);
      checkStoredOnce(weir, sender);
    }
  }

  @Test
  void losesNothingWhenTheDiskIsFullForAWhile() throws Exception {
    Path disk = folder.resolve("disk");
    Map<String, String> settings = Map.of("kafka.disk-reserve-bytes", Long.toString(RESERVE_BYTES));
    try (SmallDisk _ = new SmallDisk(disk, 1024);
        TestPlatform weir = new TestPlatform(disk.resolve("data"), settings);
        LedgerSender sender = new LedgerSender("outage", weir.mqttPort())) {
      awaitMore(sender, 300);

      Path filler = disk.resolve("filler");
      fill(filler, disk.toFile().getUsableSpace() - RESERVE_BYTES / 2);
      awaitRefusal(weir, "the disk is full");
      Files.delete(filler);

      awaitMore(sender, 300);
      checkStoredOnce(weir, sender);
    }
  }

  @Test
  void losesNothingWhenPostgresIsSilentAndThenAwayForAWhile() throws Exception {
    withoutPostgres(Duration.ofSeconds(5));
  }

  @Test
  @Tag("long")
  void losesNothingWhenPostgresIsSilentAndThenAwayForTwoMinutes() throws Exception {
    withoutPostgres(Duration.ofMinutes(2));
  }

  /// The registry, the lanes and the series are all on one server, which stands still under
  /// load, goes on, and is killed.
  private void withoutPostgres(Duration away) throws Exception {
    PostgresServer.require();
    try (PostgresServer server = new PostgresServer()) {
      String url = server.database().url() + "?socketTimeout=5";
      Map<String, String> settings = Map.of("registry.url", url, "timescale.url", url);
      try (TestPlatform weir = new TestPlatform(folder, settings);
          LedgerSender sender = new LedgerSender("outage", weir.mqttPort())) {
        awaitMore(sender, 300);

        server.halt();
        awaitWritingGivenUp(weir);
        server.wake();
        awaitMore(sender, 300);

        server.kill();
        Instant end = Instant.now().plus(away);
        awaitMore(sender, 300);
        await("the health page", () -> weir.get("/health").statusCode() == 503);
        Awaitility.await().atMost(away.plusSeconds(10)).until(() -> Instant.now().isAfter(end));
        server.start();

        awaitMore(sender, 300);
        checkStoredOnce(weir, sender);
      }
    }
  }

  /// Its connections are open and nothing comes by them.
  private static void awaitWritingGivenUp(TestPlatform weir) {
    await(
        "the writer to give up",
        () ->
            JSON.readTree(weir.get("/health").body())
                .at("/parts/series writer/error")
                .asText()
                .contains("the database cannot do it"));
  }

  @Test
  void deliversAllThatIsWantedWhenRedisIsKilledAndComesBack() throws Exception {
    RedisServer.require();
    try (RedisServer redis = new RedisServer();
        WebhookReceiver receiver = new WebhookReceiver();
        TestPlatform weir =
            new TestPlatform(
                folder, Map.of("redis.url", redis.url(), "webhook.allow-loopback", "true"))) {
      weir.subscribeToAll(receiver.url());
      try (LedgerSender sender = new LedgerSender("outage", weir.mqttPort(), PAUSE)) {
        awaitMore(sender, 100);
        redis.kill();
        awaitMore(sender, 100);
        redis.start();
        awaitMore(sender, 100);
        checkStoredOnce(weir, sender);
        await("the webhooks", () -> Set.copyOf(receiver.ids()).containsAll(sender.acknowledged()));
      }
    }
  }

  /// Messages go on coming while the backlog of an outage is worked off.
  @Test
  @Tag("long")
  void worksOffABacklogAtTwiceTheRateAtWhichMessagesCome() throws Exception {
    PostgresServer.require();
    try (PostgresServer server = new PostgresServer();
        TestPlatform weir =
            new TestPlatform(folder, Map.of("timescale.url", server.database().url()))) {
      LedgerSenders senders =
          new LedgerSenders(4, i -> new LedgerSender("outage-" + i, weir.mqttPort(), PAUSE));
      senders.awaitMore(1_000);
      server.kill();
      Instant end = Instant.now().plusSeconds(60);
      Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> Instant.now().isAfter(end));
      server.start();

      long backlog = waiting(weir);
      long before = senders.acknowledged();
      Instant began = Instant.now();
      Awaitility.await("the backlog to go")
          .atMost(Duration.ofMinutes(5))
          .until(() -> waiting(weir) < backlog / 20);
      double seconds = Duration.between(began, Instant.now()).toMillis() / 1_000.0;
      double load = (senders.acknowledged() - before) / seconds;
      double drain = load + (backlog - waiting(weir)) / seconds;
      System.out.printf(
          "a backlog of %,d went in %.1f s: %,.0f/s worked off, %,.0f/s came%n",
          backlog, seconds, drain, load);
      assertThat(drain).isGreaterThanOrEqualTo(2 * load);
      var _ = senders.finish();
      weir.awaitCleanAudit();
    }
  }

  private static long waiting(TestPlatform weir) throws IOException {
    return JSON.readTree(weir.get("/api/books").body()).at("/total/waiting").asLong();
  }

  @Test
  @Tag("long")
  void losesNothingWhenRabbitIsKilled() throws Exception {
    assumeTrue(RabbitServer.isInstalled(), "RabbitMQ is not installed");
    try (RabbitServer rabbit = new RabbitServer(folder.resolve("rabbit"));
        TestPlatform weir = new TestPlatform(folder.resolve("data"), rabbit.asLog());
        LedgerSender sender = new LedgerSender("outage", weir.mqttPort())) {
      for (int kill = 0; kill < 3; kill++) {
        awaitMore(sender, 1_000);
        rabbit.kill();
        awaitRefusal(weir, "RabbitMQ is away");
        rabbit.start();
      }
      awaitMore(sender, 1_000);
      checkStoredOnce(weir, sender);
    }
  }

  @Test
  @Tag("long")
  void losesNothingWhenOneOfThreeKafkaBrokersIsKilled() throws Exception {
    Path brokers = Files.createDirectory(folder.resolve("brokers"));
    try (KafkaCluster cluster = new KafkaCluster(brokers, 3);
        TestPlatform weir = new TestPlatform(folder.resolve("data"), cluster.asLog());
        LedgerSender sender = new LedgerSender("outage", weir.mqttPort())) {
      for (int victim = 0; victim < 3; victim++) {
        awaitMore(sender, 1_000);
        cluster.kill(victim);
        awaitMore(sender, 1_000);
        cluster.start(victim);
      }
      awaitMore(sender, 1_000);
      checkStoredOnce(weir, sender);
    }
  }

  private static void fill(Path filler, long bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
      byte[] block = new byte[(int) MEBIBYTE];
      for (long written = 0; written < bytes; written += block.length) {
        file.write(block);
      }
    }
  }

  private static void awaitMore(LedgerSender sender, int count) {
    int before = sender.acknowledged().size();
    await("acknowledgements", () -> sender.acknowledged().size() >= before + count);
  }

  /// HTTP says when to come again, and the health page names the part.
  private static void awaitRefusal(TestPlatform weir, String reason) {
    await(
        "a refusal",
        () -> {
          HttpResponse<String> answer = weir.post("/ingest", sensor());
          return answer.statusCode() == 503
              && answer.headers().firstValue("Retry-After").isPresent();
        });
    await(
        "the health page",
        () -> {
          HttpResponse<String> health = weir.get("/health");
          return health.statusCode() == 503 && health.body().contains(reason);
        });
  }

  private static String sensor() {
    return "{\"device_id\":\"outage-http\",\"temperature\":1,\"humidity\":2,\"timestamp\":\"%s\"}"
        .formatted(Instant.now());
  }

  private static void checkStoredOnce(TestPlatform weir, LedgerSender sender) throws Exception {
    sender.finish();
    weir.awaitCleanAudit();
    assertThat(weir.storedIds("outage")).containsAll(sender.acknowledged());
    assertThat(JSON.readTree(weir.get("/api/books").body()).at("/total/set_aside").asLong())
        .isZero();
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(condition);
  }
}
