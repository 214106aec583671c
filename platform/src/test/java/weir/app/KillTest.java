package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.event.EventId;
import weir.series.StoreLimits;
import weir.series.questdb.QuestDbSettings;
import weir.series.questdb.QuestDbStore;
import weir.testkit.LedgerSender;
import weir.testkit.PlatformProcess;

/// `kill -9` under load: what was acknowledged is there afterwards, once.
class KillTest {

  private static final int SENDERS = 4;

  @TempDir Path folder;

  @Test
  void losesNothingAndStoresNothingTwice() throws Exception {
    killAndCheck(3);
  }

  @Test
  @Tag("long")
  void losesNothingInTwentyKills() throws Exception {
    killAndCheck(20);
  }

  private void killAndCheck(int kills) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<String> acknowledged = new HashSet<>();
    try (PlatformProcess platform = new PlatformProcess(folder, Map.of())) {
      List<LedgerSender> senders = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        senders.add(new LedgerSender("kill-" + i, platform.mqttPort()));
      }
      for (int kill = 0; kill < kills; kill++) {
        awaitMore(senders, 1 + random.nextInt(5_000));
        platform.kill();
        platform.start();
      }
      awaitMore(senders, 500);
      for (LedgerSender sender : senders) {
        sender.finish();
        acknowledged.addAll(sender.acknowledged());
        sender.close();
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> platform.get("/api/books").body().contains("\"waiting\":0},\"unread\":0"));
      assertThat(platform.post("/api/audit", "").body())
          .as("seed %d", seed)
          .contains("\"clean\":true");
      platform.stop();
    }
    List<UUID> stored = storedIds();
    Set<UUID> distinct = new HashSet<>(stored);
    assertThat(stored).as("seed %d: stored once", seed).hasSize(distinct.size());
    assertThat(acknowledged)
        .as("seed %d: %d acknowledged", seed, acknowledged.size())
        .allMatch(id -> distinct.contains(new EventId(id).uuid()));
  }

  private static void awaitMore(List<LedgerSender> senders, int count) {
    long before = senders.stream().mapToLong(sender -> sender.acknowledged().size()).sum();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                senders.stream().mapToLong(sender -> sender.acknowledged().size()).sum()
                    >= before + count);
  }

  private List<UUID> storedIds() {
    List<UUID> stored = new ArrayList<>();
    QuestDbSettings settings = QuestDbSettings.in(folder.resolve("data/series"));
    try (QuestDbStore store =
        new QuestDbStore(
            settings,
            StoreLimits.defaults(),
            InstantSource.system(),
            type -> Duration.ofDays(3_650))) {
      store.eachEventId(stored::add);
    }
    return stored;
  }
}
