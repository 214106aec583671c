package weir.log.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import weir.log.LogException;

/// One run of the broker, from start to stop or fatal fault. A broker that stopped is not started
/// again; a new run takes its place.
final class BrokerRun {

  private static final Duration CLEAN_UP_WAIT = Duration.ofSeconds(10);

  private final BrokerThreads threads = new BrokerThreads("kafka");
  private final CompletableFuture<KafkaRaftServer> server = new CompletableFuture<>();

  /// Starts the broker on the folder, which is formatted when it is new; returns once it serves.
  static BrokerRun start(Path folder, int port, int controllerPort, KafkaSettings settings) {
    format(folder);
    KafkaConfig config =
        KafkaConfig.fromProps(BrokerProperties.of(folder, port, controllerPort, settings), false);
    BrokerThreads.divertExits();
    BrokerRun run = new BrokerRun();
    Thread starting = new Thread(run.threads, () -> run.start(config), "kafka-start");
    starting.start();
    run.awaitStart(starting);
    return run;
  }

  private static void format(Path folder) {
    if (Files.exists(folder.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
      return;
    }
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(nowhere)
          .setNodeId(BrokerProperties.NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(folder.toString())
          .setMetadataLogDirectory(folder.toString())
          .setControllerListenerName(BrokerProperties.CONTROLLER_LISTENER)
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .setIgnoreFormatted(true)
          .run();
    } catch (IOException failure) {
      throw new LogException("the log's folder cannot be written: " + folder, failure);
    } catch (Exception failure) { // Formatter.run declares no narrower type.
      throw new LogException("the log's folder cannot be prepared: " + folder, failure);
    }
  }

  private void start(KafkaConfig config) {
    KafkaRaftServer starting = null;
    try {
      starting = new KafkaRaftServer(config, Time.SYSTEM);
      starting.startup();
      server.complete(starting);
    } catch (Throwable failure) { // Handed to the thread that waits for the start.
      if (starting != null) {
        stopAfter(starting, failure);
      }
      server.completeExceptionally(failure);
    }
  }

  private static void stopAfter(KafkaRaftServer starting, Throwable failure) {
    try {
      starting.shutdown();
    } catch (RuntimeException alsoFailed) {
      failure.addSuppressed(alsoFailed);
    }
  }

  private void awaitStart(Thread starting) {
    try {
      CompletableFuture.anyOf(server, threads.fault()).join();
    } catch (CompletionException failure) {
      Throwable cause = failure.getCause() == null ? failure : failure.getCause();
      throw new LogException("the embedded Kafka broker did not start: " + rootOf(cause), cause);
    }
    if (threads.fault().isDone()) {
      awaitEnd(starting, CLEAN_UP_WAIT);
      throw new LogException("the embedded Kafka broker did not start: " + threads.fault().join());
    }
  }

  private static boolean awaitEnd(Thread thread, Duration wait) {
    try {
      return thread.join(wait);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  /// Done with a reason once the broker gave up by itself.
  CompletableFuture<String> fault() {
    return threads.fault();
  }

  /// Stops the broker, and waits for it no longer than told.
  ///
  /// @return whether it stopped in time
  boolean stop(Duration wait) {
    Thread stopping = new Thread(threads, () -> server.join().shutdown(), "kafka-stop");
    stopping.start();
    return awaitEnd(stopping, wait);
  }
}
