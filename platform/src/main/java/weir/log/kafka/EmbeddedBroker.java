package weir.log.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// A Kafka broker and its controller inside this process, reachable from this machine only.
///
/// The constructor returns once records can be appended. The data folder is kept between runs and
/// belongs to one process at a time. A thread of its own watches the broker: when it gives up, for
/// instance because the disk is full, it is started anew in this process, again and again until it
/// stays; meanwhile appends fail and readers wait. The watch also looks at the free disk, so that
/// appends can be refused before Kafka meets a full one.
///
/// [#stop] and [#start] take the log away and bring it back at the same port under running clients.
public final class EmbeddedBroker implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final Duration STOP_WAIT = Duration.ofSeconds(10);
  private static final int WATCH_MILLIS = 250;
  private static final int RESTART_MILLIS = 1_000;
  private static final int RESTART_MILLIS_MAX = 5_000;

  /// Kafka writes when it starts; with less it would only fail again.
  private static final long START_BYTES_MIN = 16L * 1024 * 1024;

  private final Path folder;
  private final KafkaSettings settings;
  private final FolderLock lock;
  private final int port;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread watch;
  private volatile boolean room = true;
  private volatile long freeBytes = Long.MAX_VALUE;
  private volatile @Nullable BrokerRun run;
  private volatile int starts;
  private boolean wanted = true;

  /// @throws LogException when the port is taken, another process has the folder, or the broker
  ///     does not start
  public EmbeddedBroker(Path folder, KafkaSettings settings) {
    this.folder = folder.toAbsolutePath().normalize();
    this.settings = settings;
    this.lock = FolderLock.take(this.folder);
    try {
      this.port = freePort(settings.port());
      measureRoom();
      start();
    } catch (RuntimeException failure) {
      lock.close();
      throw failure;
    }
    this.watch = Thread.ofPlatform().daemon().name("kafka-watch").start(this::watch);
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
    wanted = true;
    if (run != null) {
      return;
    }
    long began = System.nanoTime();
    run = BrokerRun.start(folder, port, freePort(0), settings);
    long millis = (System.nanoTime() - began) / 1_000_000;
    starts++;
    log.info("log is up folder={} port={} millis={}", folder, port, millis);
  }

  /// Takes the broker away until [#start]: appends fail when their time is up, readers wait.
  public synchronized void stop() {
    wanted = false;
    abandon();
  }

  private void abandon() {
    BrokerRun stopping = run;
    if (stopping != null && !stopping.stop(STOP_WAIT)) {
      log.warn("broker is slow to stop folder={} waitedMillis={}", folder, STOP_WAIT.toMillis());
    }
    run = null;
  }

  private void watch() {
    int waitMillis = WATCH_MILLIS;
    int restartMillis = RESTART_MILLIS;
    try {
      while (!closing.await(waitMillis, TimeUnit.MILLISECONDS)) {
        measureRoom();
        boolean up = keepUp();
        waitMillis = up ? WATCH_MILLIS : restartMillis;
        restartMillis = up ? RESTART_MILLIS : Math.min(restartMillis * 2, RESTART_MILLIS_MAX);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void measureRoom() {
    try {
      long free = Files.getFileStore(folder).getUsableSpace();
      boolean enough = free >= settings.diskReserveBytes();
      if (enough != room) {
        log.warn(
            "{} folder={} freeBytes={}", enough ? "disk has room" : "disk is full", folder, free);
      }
      room = enough;
      freeBytes = free;
    } catch (IOException failure) {
      log.warn("free disk cannot be measured folder={}", folder, failure);
    }
  }

  /// Starts a broker that gave up; tells whether it is as it should be.
  private synchronized boolean keepUp() {
    if (!wanted) {
      return true;
    }
    BrokerRun current = run;
    if (current != null && !current.fault().isDone()) {
      return true;
    }
    if (current != null) {
      log.error("log is down folder={} reason={}", folder, current.fault().join());
      abandon();
    }
    if (freeBytes < START_BYTES_MIN) {
      return false;
    }
    try {
      start();
      return true;
    } catch (LogException failure) {
      log.error("log stays down folder={} reason={}", folder, failure.getMessage());
      return false;
    }
  }

  public int port() {
    return port;
  }

  /// What Kafka clients take as `bootstrap.servers`.
  public String bootstrapServers() {
    return BrokerProperties.HOST + ":" + port;
  }

  /// Whether more free disk is left than the reserve.
  public boolean hasRoom() {
    return room;
  }

  /// How often the broker was started again.
  public int restarts() {
    return Math.max(0, starts - 1);
  }

  /// Whether the broker runs, as far as it knows.
  public boolean isUp() {
    BrokerRun current = run;
    return current != null && !current.fault().isDone();
  }

  @Override
  public void close() {
    closing.countDown();
    try {
      watch.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    stop();
    lock.close();
  }
}
