package weir.log.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.log.Patience;
import weir.testkit.SmallDisk;

/// Fills a small disk under the log. Needs root, to mount it.
class FullDiskTest {

  private static final int DISK_MEBIBYTES = 96;
  private static final int FILLER_BYTES = 48 * 1024 * 1024;
  private static final int RECORD_BYTES = 8 * 1024;
  private static final int IN_FLIGHT_MAX = 500;
  private static final Duration DEADLINE = Duration.ofSeconds(40);

  @TempDir private Path disk;
  private @Nullable SmallDisk mounted;

  private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
  private final AtomicInteger failed = new AtomicInteger();
  private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);
  private int next;

  @BeforeEach
  void mount() throws IOException {
    mounted = new SmallDisk(disk, DISK_MEBIBYTES);
    Files.write(filler(), new byte[FILLER_BYTES]);
  }

  @AfterEach
  void unmount() throws IOException {
    if (mounted != null) {
      mounted.close();
    }
  }

  @Test
  void refusesAppendsBelowTheReserveAndResumesWhenSpaceIsFreed()
      throws IOException, InterruptedException {
    appendUntilFullThenFree(settings(16L * 1024 * 1024));
  }

  @Test
  void startsTheBrokerAnewAfterItRanIntoAFullDisk() throws IOException, InterruptedException {
    appendUntilFullThenFree(settings(0));
  }

  private void appendUntilFullThenFree(KafkaSettings settings)
      throws IOException, InterruptedException {
    try (EmbeddedBroker broker = new EmbeddedBroker(disk.resolve("kafka"), settings);
        KafkaLog log = new KafkaLog(broker, settings, Patience.PROMPT)) {
      Ledger.create(log);
      while (failed.get() == 0) {
        append(log);
      }
      settle();
      int beforeFreeing = acknowledged.size();

      Files.delete(filler());
      await()
          .atMost(DEADLINE)
          .until(
              () -> {
                append(log);
                settle();
                return acknowledged.size() > beforeFreeing;
              });

      Set<Integer> kept = new HashSet<>(Ledger.numbers(log));
      acknowledged.removeAll(kept);
      assertThat(acknowledged).as("acknowledged but lost").isEmpty();
    }
  }

  private void append(KafkaLog log) throws InterruptedException {
    assertThat(room.tryAcquire(20, TimeUnit.SECONDS)).as("every append is answered").isTrue();
    int number = next++;
    log.append(
        Ledger.entry(number, RECORD_BYTES),
        (position, failure) -> {
          if (failure == null) {
            acknowledged.add(number);
          } else {
            failed.incrementAndGet();
          }
          room.release();
        });
  }

  /// Waits until every append was answered.
  private void settle() throws InterruptedException {
    assertThat(room.tryAcquire(IN_FLIGHT_MAX, 20, TimeUnit.SECONDS)).isTrue();
    room.release(IN_FLIGHT_MAX);
  }

  private Path filler() {
    return disk.resolve("filler");
  }

  private static KafkaSettings settings(long diskReserveBytes) {
    KafkaSettings defaults = KafkaSettings.defaults().withPort(0);
    return defaults.withDisk(defaults.retentionBytes(), defaults.segmentBytes(), diskReserveBytes);
  }
}
