package weir.log.kafka;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import weir.log.Patience;

/// A process of its own that appends until it is killed, and prints the number of each record when
/// its append was acknowledged.
final class LedgerWriter {

  private static final int IN_FLIGHT_MAX = 2_000;

  private LedgerWriter() {}

  public static void main(String[] arguments) throws InterruptedException {
    KafkaSettings settings = KafkaSettings.defaults().withPort(0);
    EmbeddedBroker broker = new EmbeddedBroker(Path.of(arguments[0]), settings);
    KafkaLog log = new KafkaLog(broker, settings, Patience.PROMPT);
    Ledger.create(log);
    PrintStream acknowledged = new PrintStream(System.out, true, StandardCharsets.US_ASCII);
    Semaphore room = new Semaphore(IN_FLIGHT_MAX);
    int first = Integer.parseInt(arguments[1]);
    for (int number = first; number < Integer.MAX_VALUE; number++) {
      int sent = number;
      room.acquire();
      log.append(
          Ledger.entry(sent, 300),
          (position, failure) -> {
            if (failure == null) {
              acknowledged.println(sent);
            }
            room.release();
          });
    }
  }
}
