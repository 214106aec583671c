package weir.log.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Patience;
import weir.log.Topic;
import weir.log.TopicSpec;

/// The log on RabbitMQ: partition n of a topic is the stream `topic-n`. What consumer groups did is
/// in a stream of its own, see [SharedState]; docs/decisions/0004-rabbitmq-log.md says why.
///
/// Compacted topics are not compacted: they are kept whole.
public final class RabbitLog implements EventLog {

  private static final long ROOM_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final RabbitSettings settings;
  private final Patience patience;
  private final Connections connections;
  private final SharedState state;
  private final Appender appender;
  private final Ends ends;

  /// @throws LogException when RabbitMQ cannot be used
  public RabbitLog(RabbitSettings settings, Patience patience) {
    this.settings = settings;
    this.patience = patience;
    this.connections = new Connections(settings);
    this.state = new SharedState(connections);
    this.appender = new Appender(connections, settings, patience);
    this.ends = new Ends(connections, state, appender::tail);
  }

  /// Connects afresh and leaves.
  ///
  /// @throws LogException when RabbitMQ cannot be used
  public void reach() {
    Connections.close(connections.open("weir-round-trip"));
  }

  /// What is wrong; empty when messages go through.
  public Optional<String> trouble() {
    return appender.trouble();
  }

  @Override
  public void create(Collection<TopicSpec> topics) {
    Map<Topic, Integer> known = state.topics();
    Connection connection = connections.open("weir-create");
    try {
      for (TopicSpec spec : topics) {
        int existing = known.getOrDefault(spec.topic(), 0);
        if (existing == 0) {
          declare(connection, spec);
          state.addTopic(spec);
        } else if (existing != spec.partitions()) {
          throw new LogException(
              "topic %s exists with %d partitions, but %d are set; rabbitmq.partitions cannot change later"
                  .formatted(spec.topic(), existing, spec.partitions()));
        }
      }
    } finally {
      Connections.close(connection);
    }
  }

  private void declare(Connection connection, TopicSpec spec) {
    Channel channel = Connections.channel(connection);
    for (int number = 0; number < spec.partitions(); number++) {
      String name = new Partition(spec.topic(), number).toString();
      switch (spec.cleanup()) {
        case DELETE -> {
          long bytes = settings.retentionBytes() / spec.partitions();
          int segment = (int) Math.min(settings.segmentBytes(), Math.max(bytes / 4, 1_048_576));
          Streams.declare(channel, name, bytes, segment, spec.retention());
        }
        case COMPACT -> Streams.declare(channel, name, 0, settings.segmentBytes(), null);
      }
    }
  }

  @Override
  public void append(Entry entry, Appended callback) {
    int partitions = state.partitionsKnown(entry.topic());
    if (partitions == 0) {
      callback.done(null, new LogException("no topic " + entry.topic()));
      return;
    }
    if (patience == Patience.LASTING) {
      awaitRoom();
    }
    appender.append(new Partition(entry.topic(), number(entry, partitions)), entry, callback);
  }

  private void awaitRoom() {
    long deadline = System.nanoTime() + ROOM_NANOS;
    while (!appender.hasRoom() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static int number(Entry entry, int partitions) {
    if (entry.partition() != Entry.BY_KEY) {
      return entry.partition();
    }
    String key = entry.key();
    return key == null
        ? ThreadLocalRandom.current().nextInt(partitions)
        : Math.floorMod(key.hashCode(), partitions);
  }

  @Override
  public Subscription join(String group, Set<Topic> topics) {
    return new RabbitSubscription(connections, state, group, topics);
  }

  @Override
  public LogReader reader() {
    return new RabbitReader(connections, ends);
  }

  @Override
  public Map<Partition, OffsetRange> ranges(Set<Topic> topics) {
    return ends.ranges(topics);
  }

  @Override
  public Map<Partition, Long> offsetsAt(Set<Topic> topics, long timestampMillis) {
    return ends.offsetsAt(topics, timestampMillis);
  }

  @Override
  public Map<Partition, Committed> committed(String group) {
    return state.committed(group);
  }

  @Override
  public Set<Topic> topics() {
    return Set.copyOf(state.topics().keySet());
  }

  @Override
  public Set<String> groups() {
    return state.groups();
  }

  @Override
  public void close() {
    appender.close();
    state.close();
    connections.close();
  }
}
