package weir.log.kafka;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.utils.Exit;

/// The threads of one run of the embedded broker, and where its fatal faults end.
///
/// A Kafka broker that meets a fatal fault, such as a data folder it cannot write, ends the whole
/// process. Inside the platform that must not happen: the thread that asks for the end is
/// stopped by a [Halted], and the fault is told to the owner of the run, who starts the broker
/// anew. Threads inherit their group, so the group tells whose fault it was.
final class BrokerThreads extends ThreadGroup {

  private final CompletableFuture<String> fault = new CompletableFuture<>();

  BrokerThreads(String name) {
    super(name);
  }

  /// Done with a reason once the broker gave up.
  CompletableFuture<String> fault() {
    return fault;
  }

  /// Takes Kafka's way out of the process away from brokers in such groups; all other code that
  /// uses it still ends the process.
  static void divertExits() {
    Exit.setExitProcedure(BrokerThreads::exit);
    Exit.setHaltProcedure(BrokerThreads::halt);
  }

  private static void exit(int status, String message) {
    divert(status, message);
    Runtime.getRuntime().exit(status);
  }

  private static void halt(int status, String message) {
    divert(status, message);
    Runtime.getRuntime().halt(status);
  }

  private static void divert(int status, String message) {
    if (Thread.currentThread().getThreadGroup() instanceof BrokerThreads threads) {
      String reason = message == null ? "Kafka gave up with status " + status : message;
      threads.fault.complete(reason);
      throw new Halted(reason);
    }
  }

  /// Unwinds the broker thread that wanted to end the process.
  static final class Halted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Halted(String reason) {
      super(reason);
    }
  }
}
