package weir.log.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.LogReader;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;

/// Reads wherever it is told to, outside any group.
final class KafkaReader implements LogReader {

  private final KafkaConsumer<String, byte[]> consumer;
  private final KafkaRecords records = new KafkaRecords();

  KafkaReader(ClientProperties properties) {
    this.consumer =
        new KafkaConsumer<>(
            properties.reader("weir-reader"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
  }

  @Override
  public void seek(Map<Partition, Long> offsets) {
    consumer.assign(offsets.keySet().stream().map(KafkaRecords::kafka).toList());
    offsets.forEach((partition, offset) -> consumer.seek(KafkaRecords.kafka(partition), offset));
  }

  @Override
  public void seekToTime(Set<Partition> partitions, long timestampMillis) {
    Map<TopicPartition, Long> times = new TreeMap<>(KafkaReader::compare);
    partitions.forEach(partition -> times.put(KafkaRecords.kafka(partition), timestampMillis));
    consumer.assign(times.keySet());
    try {
      consumer.offsetsForTimes(times).forEach(this::seek);
    } catch (KafkaException failure) {
      throw new LogException("could not find records by time: " + failure.getMessage(), failure);
    }
  }

  private static int compare(TopicPartition one, TopicPartition other) {
    int byTopic = one.topic().compareTo(other.topic());
    return byTopic != 0 ? byTopic : Integer.compare(one.partition(), other.partition());
  }

  private void seek(TopicPartition partition, @Nullable OffsetAndTimestamp found) {
    if (found == null) {
      consumer.seekToEnd(List.of(partition));
    } else {
      consumer.seek(partition, found.offset());
    }
  }

  @Override
  public List<LogRecord> poll(Duration wait) {
    if (consumer.assignment().isEmpty()) {
      return List.of();
    }
    try {
      return records.of(consumer.poll(wait));
    } catch (KafkaException failure) {
      throw new LogException("could not read the log: " + failure.getMessage(), failure);
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
  }
}
