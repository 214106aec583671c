package weir.log.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.TopicSpec;

/// What the tests that hurt the log write and read back: numbered records on one topic.
final class Ledger {

  static final Topic TOPIC = new Topic("iot.raw");

  private static final String NUMBER = "number";
  private static final Duration WAIT = Duration.ofMillis(500);

  private Ledger() {}

  static void create(EventLog log) {
    log.create(List.of(new TopicSpec(TOPIC, 4, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
  }

  static Entry entry(int number, int bytes) {
    return new Entry(
        TOPIC,
        Entry.BY_KEY,
        "device-" + number % 50,
        System.currentTimeMillis(),
        incompressible(bytes),
        new Headers().add(NUMBER, Integer.toString(number)));
  }

  static byte[] incompressible(int bytes) {
    byte[] value = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(value);
    return value;
  }

  /// The numbers of all records in the log.
  static List<Integer> numbers(EventLog log) {
    Map<Partition, Long> starts = new HashMap<>();
    long left = 0;
    for (var range : log.ranges(Set.of(TOPIC)).entrySet()) {
      starts.put(range.getKey(), range.getValue().start());
      left += range.getValue().end() - range.getValue().start();
    }
    List<Integer> numbers = new ArrayList<>();
    try (LogReader reader = log.reader()) {
      reader.seek(starts);
      while (numbers.size() < left) {
        for (LogRecord record : reader.poll(WAIT)) {
          numbers.add(Integer.valueOf(record.headers().text(NUMBER).orElseThrow()));
        }
      }
    }
    return numbers;
  }
}
