package weir.app;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.device.DirectoryException;
import weir.device.Registry;
import weir.log.EventLog;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// Learns from the log which devices other processes changed, so that what is in memory of them is
/// forgotten, and connections end that may not be there any more. A virtual thread of its own; a
/// log or a database that is away is waited for, and nothing skipped.
final class DeviceChangeFollower implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(DeviceChangeFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final EventLog log;
  private final Registry registry;
  private final Map<Partition, Long> next = new HashMap<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("device-news").unstarted(this::run);

  /// Follows what is told from now on; to be made before devices are looked up.
  DeviceChangeFollower(EventLog log, Topic topic, Registry registry) {
    this.log = log;
    this.registry = registry;
    log.ranges(Set.of(topic)).forEach((partition, range) -> next.put(partition, range.end()));
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (stop.getCount() > 0) {
        try (EventLog.LogReader reader = log.reader()) {
          reader.seek(next);
          follow(reader);
        } catch (LogException | DirectoryException e) {
          LOGGER.warn("changes of devices elsewhere are waited for reason={}", e.getMessage());
          boolean _ = stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(EventLog.LogReader reader) {
    while (stop.getCount() > 0) {
      List<LogRecord> records = reader.poll(POLL);
      registry.changedElsewhere(
          records.stream()
              .map(LogRecord::key)
              .flatMap(key -> DeviceId.parse(String.valueOf(key)).stream())
              .toList());
      for (LogRecord record : records) {
        next.put(record.position().partition(), record.position().offset() + 1);
      }
    }
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      if (thread.isAlive()) {
        boolean _ = thread.join(Duration.ofSeconds(10));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
