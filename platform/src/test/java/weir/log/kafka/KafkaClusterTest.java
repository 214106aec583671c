package weir.log.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.log.LogException;
import weir.log.Patience;
import weir.testkit.KafkaCluster;

/// A cluster of three brokers that asks for credentials.
@Tag("long")
class KafkaClusterTest {

  private static final int IN_FLIGHT_MAX = 500;

  @TempDir Path folder;

  @Test
  void losesNothingWhenABrokerIsKilledUnderLoad() throws Exception {
    try (KafkaCluster cluster = new KafkaCluster(folder, 3)) {
      KafkaSettings stranger = cluster.settings(Path.of(""));
      assertThatThrownBy(
              () -> {
                try (KafkaLog log = new KafkaLog(stranger, Patience.PROMPT)) {
                  Ledger.create(log);
                }
              })
          .isInstanceOf(LogException.class);

      Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
      KafkaSettings known = cluster.settings(cluster.clientProperties());
      try (KafkaLog log = new KafkaLog(known, Patience.PROMPT)) {
        Ledger.create(log);
        Semaphore room = new Semaphore(IN_FLIGHT_MAX);
        Thread sender = Thread.ofVirtual().start(() -> send(log, room, acknowledged));
        await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > 5_000);

        cluster.kill(1);
        int before = acknowledged.size();
        await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > before + 5_000);
        cluster.start(1);
        int after = acknowledged.size();
        await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() > after + 5_000);

        sender.interrupt();
        sender.join();
        List<Integer> kept = Ledger.numbers(log);
        acknowledged.removeAll(Set.copyOf(kept));
        assertThat(acknowledged).as("acknowledged and not kept").isEmpty();
      }
    }
  }

  private static void send(KafkaLog log, Semaphore room, Set<Integer> acknowledged) {
    try {
      for (int number = 0; !Thread.interrupted(); number++) {
        int sent = number;
        room.acquire();
        log.append(
            Ledger.entry(sent, 300),
            (position, failure) -> {
              if (failure == null) {
                acknowledged.add(sent);
              }
              room.release();
            });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
