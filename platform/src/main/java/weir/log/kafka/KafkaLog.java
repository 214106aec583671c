package weir.log.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Patience;
import weir.log.Position;
import weir.log.Topic;
import weir.log.TopicSpec;

/// The log on Kafka, through ordinary clients: the embedded broker and a cluster look the
/// same.
///
/// How long an append may take is a matter of [Patience]. Whatever the patience, a record
/// that is too long fails at once.
public final class KafkaLog implements EventLog {

  private static final Duration ROOM_WAIT = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Duration CREATE_WAIT = Duration.ofSeconds(10);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(6);
  private static final int OVERHEAD_BYTES = 128;

  private final ClientProperties properties;
  private final KafkaTopics topics;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final long waitingBytesMax;
  private final BooleanSupplier hasRoom;
  private final Patience patience;

  /// The log in the cluster that the settings name.
  public KafkaLog(KafkaSettings settings, Patience patience) {
    this(settings.bootstrapServers(), () -> true, settings, patience);
  }

  /// The log in the embedded broker, which must be closed after this.
  public KafkaLog(EmbeddedBroker broker, KafkaSettings settings, Patience patience) {
    this(broker.bootstrapServers(), broker::hasRoom, settings, patience);
  }

  private KafkaLog(
      String bootstrapServers, BooleanSupplier hasRoom, KafkaSettings settings, Patience patience) {
    this.hasRoom = hasRoom;
    this.patience = patience;
    this.properties = new ClientProperties(bootstrapServers, settings);
    this.topics = new KafkaTopics(properties, settings);
    this.producer =
        new KafkaProducer<>(
            properties.producer(patience), new ByteArraySerializer(), new ByteArraySerializer());
    // Kafka's buffer holds partly filled batches, so it is full before all its bytes are used.
    this.waitingBytesMax = settings.bufferBytes() * 3L / 4;
  }

  @Override
  public void create(Collection<TopicSpec> specs) {
    topics.create(specs);
    long deadline = System.nanoTime() + CREATE_WAIT.toNanos();
    for (TopicSpec spec : specs) {
      while (!isWritable(spec)) {
        if (System.nanoTime() > deadline) {
          throw new LogException("topic " + spec.topic() + " cannot be written yet");
        }
      }
    }
  }

  /// Waits a moment for the topic's leaders, and makes the producer know them, so that the
  /// first append need not wait.
  private boolean isWritable(TopicSpec spec) {
    try {
      var partitions = producer.partitionsFor(spec.topic().name());
      return partitions.size() == spec.partitions()
          && partitions.stream().allMatch(partition -> partition.leader() != null);
    } catch (org.apache.kafka.common.errors.TimeoutException notYet) {
      return false;
    } catch (KafkaException failure) {
      throw new LogException("topic " + spec.topic() + " cannot be written", failure);
    }
  }

  @Override
  public void append(Entry entry, Appended callback) {
    if (patience == Patience.LASTING) {
      awaitRoom();
    }
    if (!hasRoom.getAsBoolean()) {
      callback.done(
          null, new LogException("the log's disk is full up to kafka.disk-reserve-bytes"));
      return;
    }
    Topic topic = entry.topic();
    byte[] value = entry.value();
    long cost = OVERHEAD_BYTES + (value == null ? 0L : value.length);
    if (waitingBytes.addAndGet(cost) > waitingBytesMax) {
      waitingBytes.addAndGet(-cost);
      callback.done(null, new LogException("too many bytes wait for the log"));
      return;
    }
    try {
      Future<RecordMetadata> _ =
          producer.send(
              record(entry),
              (metadata, failure) -> {
                waitingBytes.addAndGet(-cost);
                report(topic, metadata, failure, callback);
              });
    } catch (KafkaException | IllegalStateException refused) {
      waitingBytes.addAndGet(-cost);
      callback.done(null, failed(topic, refused));
    }
  }

  private void awaitRoom() {
    if (hasRoom.getAsBoolean() && waitingBytes.get() < waitingBytesMax / 2) {
      return;
    }
    long deadline = System.nanoTime() + ROOM_WAIT.toNanos();
    while ((!hasRoom.getAsBoolean() || waitingBytes.get() > waitingBytesMax / 2)
        && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private static ProducerRecord<byte[], byte[]> record(Entry entry) {
    String key = entry.key();
    return new ProducerRecord<>(
        entry.topic().name(),
        entry.partition() == Entry.BY_KEY ? null : entry.partition(),
        entry.timestampMillis(),
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        entry.value(),
        headers(entry.headers()));
  }

  private static RecordHeaders headers(Headers headers) {
    RecordHeaders kafka = new RecordHeaders();
    for (Headers.Header header : headers.entries()) {
      kafka.add(header.name(), header.value());
    }
    return kafka;
  }

  private static void report(
      Topic topic,
      @Nullable RecordMetadata metadata,
      @Nullable Exception failure,
      Appended callback) {
    if (failure == null && metadata != null) {
      Partition partition = new Partition(topic, metadata.partition());
      callback.done(new Position(partition, metadata.offset()), null);
    } else {
      callback.done(null, failed(topic, failure));
    }
  }

  private static LogException failed(Topic topic, @Nullable Exception cause) {
    if (cause == null) {
      return new LogException("append to " + topic + " failed");
    }
    return new LogException("append to " + topic + " failed: " + cause.getMessage(), cause);
  }

  @Override
  public Subscription join(String group, Set<Topic> topics) {
    return new KafkaSubscription(properties, group, topics);
  }

  @Override
  public LogReader reader() {
    return new KafkaReader(properties);
  }

  @Override
  public Map<Partition, OffsetRange> ranges(Set<Topic> wanted) {
    return topics.ranges(wanted);
  }

  @Override
  public Map<Partition, Long> offsetsAt(Set<Topic> wanted, long timestampMillis) {
    return topics.offsetsAt(wanted, timestampMillis);
  }

  @Override
  public Map<Partition, Committed> committed(String group) {
    return topics.committed(group);
  }

  @Override
  public Set<Topic> topics() {
    return topics.topics();
  }

  @Override
  public Set<String> groups() {
    return topics.groups();
  }

  @Override
  public Map<Topic, Kept> kept(Set<Topic> wanted) {
    return topics.kept(wanted);
  }

  @Override
  public Map<String, List<Member>> members(Set<String> groups) {
    return topics.members(groups);
  }

  /// Removes the records before these offsets, whether or not somebody has read them. Kafka frees
  /// the disk some seconds later, a whole file at a time.
  public void removeBefore(Map<Partition, Long> offsets) {
    topics.removeBefore(offsets);
  }

  /// Waits for the appends under way, six seconds at most.
  @Override
  public void close() {
    producer.close(CLOSE_WAIT);
    topics.close();
  }
}
