package weir.log.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// A Kafka broker and its controller inside this process, reachable from this machine only.
///
/// The constructor returns once records can be appended. The data folder is kept between runs and
/// belongs to one process at a time. [#stop] and [#start] take the log away and bring it back
/// at the same port under running clients, as a crash of the broker would.
public final class EmbeddedBroker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final Duration STOP_WAIT = Duration.ofSeconds(10);

  private final Path folder;
  private final KafkaSettings settings;
  private final int port;
  private final FileChannel owner;
  private @Nullable BrokerRun run;

  /// @throws LogException when the port is taken, another process has the folder, or the broker
  ///     does not start
  public EmbeddedBroker(Path folder, KafkaSettings settings) {
    this.folder = folder.toAbsolutePath().normalize();
    this.settings = settings;
    this.owner = own(this.folder);
    try {
      this.port = freePort(settings.port());
      start();
    } catch (RuntimeException failure) {
      release();
      throw failure;
    }
  }

  private static FileChannel own(Path folder) {
    FileChannel channel = null;
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve("weir.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException heldHere) {
      log.debug("folder is held by this process folder={}", folder);
    } catch (IOException failure) {
      throw new LogException("the log's folder cannot be written: " + folder, failure);
    }
    closeQuietly(channel);
    throw new LogException("another Weir process already uses the log in " + folder);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException failure) {
      log.debug("closing the lock file failed", failure);
    }
  }

  private static int freePort(int wanted) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
      return socket.getLocalPort();
    } catch (IOException taken) {
      throw new LogException(
          "port " + wanted + " is taken; set another with kafka.port or WEIR_KAFKA_PORT", taken);
    }
  }

  /// Starts the broker again after [#stop].
  public synchronized void start() {
    if (run != null) {
      return;
    }
    long began = System.nanoTime();
    run = BrokerRun.start(folder, port, freePort(0), settings);
    log.info(
        "log is up folder={} port={} millis={}",
        folder,
        port,
        (System.nanoTime() - began) / 1_000_000);
  }

  /// Takes the broker away until [#start]: appends fail after their time is up, readers wait.
  public synchronized void stop() {
    if (run != null) {
      if (!run.stop(STOP_WAIT)) {
        log.warn("broker is slow to stop folder={} waitedMillis={}", folder, STOP_WAIT.toMillis());
      }
      run = null;
    }
  }

  public int port() {
    return port;
  }

  /// What Kafka clients take as `bootstrap.servers`.
  public String bootstrapServers() {
    return BrokerProperties.HOST + ":" + port;
  }

  @Override
  public synchronized void close() {
    stop();
    release();
  }

  private void release() {
    closeQuietly(owner);
  }
}
