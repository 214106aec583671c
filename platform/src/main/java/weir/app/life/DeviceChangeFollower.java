package weir.app.life;

import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import weir.device.DeviceId;
import weir.device.Registry;
import weir.log.EventLog;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.subscriber.Loop;

/// Learns from the log which devices other processes changed, so that what is in memory of them is
/// forgotten, and connections end that may not be there any more. A log or a
/// database that is away is waited for, and nothing skipped.
public final class DeviceChangeFollower implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(500);

  private final EventLog log;
  private final Registry registry;
  private final Map<Partition, Long> next = new HashMap<>();
  private final Loop loop;

  /// Follows what is told from now on; to be made before devices are looked up.
  public DeviceChangeFollower(EventLog log, Topic topic, Registry registry, InstantSource clock) {
    this.log = log;
    this.registry = registry;
    this.loop = new Loop("device-news", this::follow, clock);
    log.ranges(Set.of(topic)).forEach((partition, range) -> next.put(partition, range.end()));
  }

  public void start() {
    loop.start();
  }

  private void follow() {
    try (EventLog.LogReader reader = log.reader()) {
      reader.seek(next);
      while (loop.isOpen()) {
        List<LogRecord> records = reader.poll(POLL);
        registry.changedElsewhere(
            records.stream()
                .map(LogRecord::key)
                .flatMap(key -> DeviceId.parse(String.valueOf(key)).stream())
                .toList());
        for (LogRecord record : records) {
          next.put(record.position().partition(), record.position().offset() + 1);
        }
        loop.goesWell();
      }
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
