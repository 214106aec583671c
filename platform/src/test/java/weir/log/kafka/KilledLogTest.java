package weir.log.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.log.LogException;
import weir.log.Patience;

/// Kills the process that holds the log, under load, and compares with what it acknowledged.
class KilledLogTest {

  private static final KafkaSettings SETTINGS = KafkaSettings.defaults().withPort(0);
  private static final int KILLS = 2;
  private static final long SEED = 42;

  @TempDir private Path folder;

  @Test
  void keepsEveryAcknowledgedRecordOverKills() throws IOException, InterruptedException {
    Random random = new Random(SEED);
    Set<Integer> acknowledged = new HashSet<>();
    for (int kill = 0; kill < KILLS; kill++) {
      int killAfter = 1_000 + random.nextInt(30_000);
      writeAndKill(kill * 10_000_000, killAfter, acknowledged);
    }

    try (EmbeddedBroker broker = new EmbeddedBroker(folder, SETTINGS);
        KafkaLog log = new KafkaLog(broker, SETTINGS, Patience.PROMPT)) {
      List<Integer> kept = Ledger.numbers(log);
      assertThat(new HashSet<>(kept)).as("none twice").hasSameSizeAs(kept);
      acknowledged.removeAll(new HashSet<>(kept));
      assertThat(acknowledged).as("acknowledged but lost").isEmpty();
    }
  }

  /// Starts a writer, kills it with SIGKILL once it acknowledged so many, and notes all that it had
  /// acknowledged until then.
  private void writeAndKill(int first, int killAfter, Set<Integer> acknowledged)
      throws IOException, InterruptedException {
    Process writer =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                LedgerWriter.class.getName(),
                folder.toString(),
                Integer.toString(first))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
      int seen = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        acknowledged.add(Integer.valueOf(line));
        seen++;
        if (seen == 1) {
          refusesASecondProcess();
        }
        if (seen == killAfter) {
          kill(writer);
        }
      }
      assertThat(seen).isGreaterThanOrEqualTo(killAfter);
    } finally {
      writer.destroyForcibly().waitFor();
    }
  }

  /// Unlike `Process.destroyForcibly`, this leaves what it wrote to be read.
  private static void kill(Process process) {
    assertThat(process.toHandle().destroyForcibly()).isTrue();
  }

  private void refusesASecondProcess() {
    assertThatThrownBy(() -> new EmbeddedBroker(folder, SETTINGS))
        .isInstanceOf(LogException.class)
        .hasMessageContaining("in use by another Weir process");
  }
}
