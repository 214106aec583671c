package weir.series.questdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.questdb.cairo.ErrorTag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceId;
import weir.series.EventSamples;
import weir.series.StoreLimits;

/// What the store is after its process died at any moment, and after QuestDB gave a table up.
class QuestDbCrashTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path directory;
  @TempDir private Path outputs;

  private QuestDbStore open() {
    return open(directory);
  }

  private static QuestDbStore open(Path directory) {
    QuestDbStore store =
        new QuestDbStore(
            QuestDbSettings.in(directory),
            StoreLimits.defaults(),
            InstantSource.fixed(EventSamples.NOON),
            type -> Duration.ofDays(3_650));
    assertThat(store.awaitQueryable(SOON)).isTrue();
    return store;
  }

  @Test
  void losesNothingThatWasWrittenWhenTheProcessIsKilled() throws Exception {
    Random random = new Random(42);
    int stored = 0;
    for (int round = 0; round < 3; round++) {
      int written = writeAndKill(stored, random.nextInt(5, 40));

      try (QuestDbStore store = open()) {
        assertThat(store.eventCount())
            .isBetween((long) written, (long) written + CrashWriter.BATCH);
        for (int i = 0; i < written; i += 20) {
          assertThat(store.latest(new DeviceId("d-" + i / 20))).hasSize(1);
        }
        // As the writer does after a crash: the batch whose fate is unknown comes again.
        store.write(CrashWriter.batch(written));
        assertThat(store.awaitQueryable(SOON)).isTrue();
        stored = written + CrashWriter.BATCH;
        assertThat(store.eventCount()).isEqualTo(stored);
      }
    }
  }

  @Test
  void isUsableAfterTheProcessIsKilledWhileItsTablesAreMade() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 3; round++) {
      Path fresh = Files.createDirectory(directory.resolve("round-" + round));
      Process process = start(fresh, 0, outputs.resolve("round-" + round + ".txt"));
      Path unfinished = fresh.resolve("unfinished-tables.txt");
      await().atMost(SOON).pollInterval(Duration.ofMillis(1)).until(() -> Files.exists(unfinished));
      LockSupport.parkNanos(random.nextLong(50_000_000));
      process.destroyForcibly().waitFor();

      try (QuestDbStore store = open(fresh)) {
        store.write(CrashWriter.batch(0));
        assertThat(store.awaitQueryable(SOON)).as("seed %d round %d", seed, round).isTrue();
        assertThat(store.eventCount()).isGreaterThanOrEqualTo(CrashWriter.BATCH);
      }
    }
  }

  @Test
  void makesATableAnewThatWasNotFinished() throws Exception {
    open().close();
    new UnfinishedTables(directory).begin(List.of(Tables.HOURLY, "events_3650d"));
    Files.createDirectories(directory.resolve("events_3650d~9").resolve("txn_seq"));
    try (Stream<Path> files = Files.list(directory)) {
      Path hourly =
          files
              .filter(path -> path.getFileName().toString().startsWith("hourly~"))
              .findAny()
              .orElseThrow();
      Files.delete(hourly.resolve("txn_seq").resolve("_txnlog"));
    }

    try (QuestDbStore store = open()) {
      store.write(CrashWriter.batch(0));
      assertThat(store.awaitQueryable(SOON)).isTrue();
      assertThat(store.eventCount()).isEqualTo(CrashWriter.BATCH);
    }
    assertThat(directory.resolve("unfinished-tables.txt")).doesNotExist();
  }

  private static Process start(Path directory, int from, Path output) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("--add-exports=java.base/jdk.internal.math=ALL-UNNAMED");
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(CrashWriter.class.getName(), directory.toString(), Integer.toString(from)));
    return new ProcessBuilder(command)
        .redirectOutput(output.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private int writeAndKill(int from, int batches) throws IOException, InterruptedException {
    Path output = outputs.resolve("written-" + from + ".txt");
    Process process = start(directory, from, output);
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> Files.readString(output).lines().count() > batches);
    process.destroyForcibly();
    process.waitFor();
    // What follows the last line break was not said completely.
    String said = Files.readString(output);
    return said.substring(0, said.lastIndexOf('\n'))
        .lines()
        .mapToInt(Integer::parseInt)
        .max()
        .orElseThrow();
  }

  @Test
  void noticesATableThatQuestDbGaveUpAndWakesItByItself() {
    try (QuestDbStore store = open()) {
      store.write(CrashWriter.batch(0));
      assertThat(store.awaitQueryable(SOON)).isTrue();
      Engine engine = store.engine();
      engine
          .cairo()
          .getTableSequencerAPI()
          .suspendTable(engine.table("events_3650d"), ErrorTag.DISK_FULL, "no space left");
      store.write(CrashWriter.batch(50));

      await().atMost(SOON).until(() -> !store.health().usable());
      assertThat(store.health().detail()).contains("events_3650d", "no space left");
      await().atMost(SOON).until(() -> store.health().usable());
      assertThat(store.awaitQueryable(SOON)).isTrue();
      assertThat(store.eventCount()).isEqualTo(100);
    }
  }
}
