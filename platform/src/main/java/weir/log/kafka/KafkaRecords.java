package weir.log.kafka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;

/// Turns Kafka's records and partitions into the log's. Owned by one thread.
final class KafkaRecords {

  private final Map<TopicPartition, Partition> partitions = new HashMap<>();

  List<LogRecord> of(ConsumerRecords<String, byte[]> polled) {
    if (polled.isEmpty()) {
      return List.of();
    }
    List<LogRecord> records = new ArrayList<>(polled.count());
    for (TopicPartition source : polled.partitions()) {
      Partition partition = partition(source);
      for (ConsumerRecord<String, byte[]> kafka : polled.records(source)) {
        records.add(
            new LogRecord(
                new Position(partition, kafka.offset()),
                kafka.key(),
                kafka.timestamp(),
                kafka.value(),
                headers(kafka)));
      }
    }
    return records;
  }

  private static Headers headers(ConsumerRecord<String, byte[]> kafka) {
    Headers headers = new Headers();
    for (Header header : kafka.headers()) {
      byte[] value = header.value();
      headers.add(header.key(), value == null ? new byte[0] : value);
    }
    return headers;
  }

  Partition partition(TopicPartition source) {
    return partitions.computeIfAbsent(
        source, of -> new Partition(new Topic(of.topic()), of.partition()));
  }

  static TopicPartition kafka(Partition partition) {
    return new TopicPartition(partition.topic().name(), partition.number());
  }
}
