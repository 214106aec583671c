package weir.log.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Subscription;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// A member of a Kafka consumer group. Owned by one thread; rebalances happen inside [#poll].
final class KafkaSubscription implements Subscription {

  private static final Duration COMMIT_WAIT = Duration.ofSeconds(5);

  private final KafkaConsumer<String, byte[]> consumer;
  private final KafkaRecords records = new KafkaRecords();
  private Map<Partition, Committed> held = new TreeMap<>();
  private boolean rebalanced;
  private boolean mustRewind;

  KafkaSubscription(ClientProperties properties, String group, Set<Topic> topics) {
    this.consumer =
        new KafkaConsumer<>(
            properties.member(group), new StringDeserializer(), new ByteArrayDeserializer());
    consumer.subscribe(topics.stream().map(Topic::name).toList(), new Rebalances());
  }

  @Override
  public List<LogRecord> poll(Duration wait) {
    try {
      if (mustRewind) {
        goBack();
      }
      List<LogRecord> polled = records.of(consumer.poll(wait));
      if (rebalanced) {
        // What was polled counts only together with the notes it continues.
        mustRewind = true;
        readCommitted();
        mustRewind = false;
      }
      return polled;
    } catch (KafkaException failure) {
      throw new LogException("could not read the log: " + failure.getMessage(), failure);
    }
  }

  private void readCommitted() {
    Map<Partition, Committed> found = new TreeMap<>();
    consumer
        .committed(consumer.assignment())
        .forEach(
            (partition, committed) -> {
              if (committed != null) {
                found.put(
                    records.partition(partition),
                    new Committed(committed.offset(), committed.metadata()));
              }
            });
    for (TopicPartition partition : consumer.assignment()) {
      found.putIfAbsent(records.partition(partition), new Committed(0, ""));
    }
    held = found;
    rebalanced = false;
  }

  @Override
  public void commit(Map<Partition, Committed> positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    positions.forEach(
        (partition, committed) -> {
          if (!held.containsKey(partition)) {
            throw new LogException("partition " + partition + " is not held any more");
          }
          offsets.put(
              KafkaRecords.kafka(partition),
              new OffsetAndMetadata(committed.offset(), committed.note()));
        });
    try {
      consumer.commitSync(offsets, COMMIT_WAIT);
    } catch (KafkaException failure) {
      throw new LogException("could not commit: " + failure.getMessage(), failure);
    }
    held.putAll(positions);
  }

  @Override
  public Map<Partition, Committed> assigned() {
    return new TreeMap<>(held);
  }

  @Override
  public void rewind() {
    mustRewind = true;
  }

  private void goBack() {
    if (rebalanced) {
      readCommitted();
    }
    mustRewind = false;
    held.forEach(
        (partition, committed) -> consumer.seek(KafkaRecords.kafka(partition), committed.offset()));
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
  }

  private final class Rebalances implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      rebalanced = true;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      rebalanced = true;
    }
  }
}
