package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
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
import weir.testkit.LedgerSender;
import weir.testkit.LedgerSenders;
import weir.testkit.PlatformProcess;

/// `kill -9` under load: what was acknowledged is there afterwards, once.
class KillTest {

  private static final int SENDERS = 4;

  @TempDir Path folder;

  @Test
  void losesNothingAndStoresNothingTwice() throws Exception {
    killAndCheck(2);
  }

  @Test
  @Tag("long")
  void losesNothingInTwentyKills() throws Exception {
    killAndCheck(20);
  }

  private void killAndCheck(int kills) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<String> acknowledged;
    List<UUID> stored;
    try (PlatformProcess platform = new PlatformProcess(folder, Map.of())) {
      LedgerSenders senders =
          new LedgerSenders(SENDERS, i -> new LedgerSender("kill-" + i, platform.mqttPort()));
      for (int kill = 0; kill < kills; kill++) {
        senders.awaitMore(1 + random.nextInt(5_000));
        platform.kill();
        platform.start();
      }
      senders.awaitMore(500);
      acknowledged = senders.finish();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> platform.get("/api/books").body().contains("\"waiting\":0},\"unread\":0"));
      assertThat(platform.post("/api/audit", "").body())
          .as("seed %d", seed)
          .contains("\"clean\":true");
      assertThat(platform.get("/api/dead-letters/count").body()).contains("\"count\":0");
      platform.stop();
      stored = platform.storedIds();
    }
    Set<UUID> distinct = new HashSet<>(stored);
    assertThat(stored).as("seed %d: stored once", seed).hasSize(distinct.size());
    assertThat(acknowledged)
        .as("seed %d: %d acknowledged", seed, acknowledged.size())
        .allMatch(id -> distinct.contains(new EventId(id).uuid()));
  }
}
