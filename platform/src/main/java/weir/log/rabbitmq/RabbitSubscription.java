package weir.log.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Subscription;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// A member of a group. It holds a partition by being the only consumer of a queue that
/// exists for nothing else, and takes its fair share: all partitions by the number of
/// members, rounded up. RabbitMQ lets go of what a dead member held. Owned by one thread;
/// shares change inside [#poll].
final class RabbitSubscription implements Subscription {

  private static final int NOTE_LENGTH_MAX = 4_096;
  private static final long BALANCE_MILLIS = 500;

  private final Connections connections;
  private final SharedState state;
  private final String group;
  private final Set<Topic> topics;
  private final String member = UUID.randomUUID().toString();
  private final Inbox inbox = new Inbox();
  private final Map<Partition, Committed> held = new TreeMap<>();
  private final Map<Partition, Channel> locks = new HashMap<>();
  private @Nullable Connection connection;
  private boolean mustRewind;
  private long balanceAtNanos = System.nanoTime();

  RabbitSubscription(Connections connections, SharedState state, String group, Set<Topic> topics) {
    this.connections = connections;
    this.state = state;
    this.group = group;
    this.topics = Set.copyOf(topics);
  }

  @Override
  public List<LogRecord> poll(Duration wait) {
    Connection open = open();
    if (mustRewind) {
      held.forEach((partition, committed) -> inbox.read(open, partition, committed.offset()));
      mustRewind = false;
    }
    if (System.nanoTime() - balanceAtNanos >= 0) {
      balance(open);
      balanceAtNanos = System.nanoTime() + BALANCE_MILLIS * 1_000_000;
    }
    return inbox.poll(wait);
  }

  private Connection open() {
    Connection current = connection;
    if (current != null && current.isOpen()) {
      return current;
    }
    letAllGo();
    Connection opened = connections.open("weir-" + group);
    connection = opened;
    consumeAlone(Connections.channel(opened), queue("members"), false);
    balanceAtNanos = System.nanoTime();
    return opened;
  }

  private void letAllGo() {
    inbox.leaveAll();
    held.clear();
    locks.clear();
    if (connection != null) {
      Connections.close(connection);
    }
  }

  private String queue(String name) {
    return "weir.group." + group + "." + name;
  }

  /// Consumes from a queue that never has a message; false when another one has it for
  /// itself. The connection ends when somebody removes the queue: others could hold what
  /// this one holds.
  private static boolean consumeAlone(Channel channel, String queue, boolean exclusive) {
    try {
      var _ = channel.queueDeclare(queue, false, false, true, Map.of());
      var _ =
          channel.basicConsume(
              queue,
              true,
              "",
              false,
              exclusive,
              Map.of(),
              (tag, message) -> {},
              tag -> Connections.close(channel.getConnection()));
      return true;
    } catch (IOException | RuntimeException e) {
      Connections.close(channel);
      if (channel.getConnection().isOpen()) {
        return false;
      }
      throw new LogException("RabbitMQ is away: " + Connections.reason(e), e);
    }
  }

  private void balance(Connection open) {
    List<Partition> all = new ArrayList<>();
    for (Topic topic : topics) {
      for (int number = 0; number < state.partitionsKnown(topic); number++) {
        all.add(new Partition(topic, number));
      }
    }
    int members = memberCount(open);
    int share = (all.size() + members - 1) / members;
    for (Partition one : List.copyOf(held.keySet()).reversed()) {
      if (held.size() > share) {
        letGo(one);
      }
    }
    for (Partition one : all.stream().sorted().toList()) {
      if (held.size() < share && !held.containsKey(one)) {
        take(open, one);
      }
    }
  }

  private int memberCount(Connection open) {
    Channel channel = Connections.channel(open);
    try {
      return Math.max(1, channel.queueDeclarePassive(queue("members")).getConsumerCount());
    } catch (IOException | RuntimeException e) {
      throw new LogException("RabbitMQ is away: " + Connections.reason(e), e);
    } finally {
      Connections.close(channel);
    }
  }

  private void letGo(Partition partition) {
    held.remove(partition);
    inbox.leave(partition);
    Channel lock = locks.remove(partition);
    if (lock != null) {
      Connections.close(lock);
    }
  }

  private void take(Connection open, Partition partition) {
    Channel lock = Connections.channel(open);
    if (consumeAlone(lock, queue(partition.toString()), true)) {
      locks.put(partition, lock);
      begin(open, partition);
    }
  }

  private void begin(Connection open, Partition partition) {
    try {
      Committed committed = state.claim(group, partition, member);
      inbox.read(open, partition, committed.offset());
      held.put(partition, committed);
    } catch (LogException e) {
      letGo(partition);
      throw e;
    }
  }

  @Override
  public void commit(Map<Partition, Committed> positions) {
    Map<Partition, CompletableFuture<Boolean>> commits = new HashMap<>();
    positions.forEach(
        (partition, committed) -> {
          if (!held.containsKey(partition)) {
            throw new LogException("partition " + partition + " is not held any more");
          }
          if (committed.note().length() > NOTE_LENGTH_MAX) {
            throw new LogException("a note has at most " + NOTE_LENGTH_MAX + " characters");
          }
        });
    positions.forEach(
        (partition, committed) ->
            commits.put(partition, state.commit(group, partition, member, committed)));
    commits.forEach(
        (partition, commit) -> {
          if (!SharedState.await(commit)) {
            letGo(partition);
            throw new LogException("partition " + partition + " is not held any more");
          }
        });
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

  @Override
  public void close() {
    letAllGo();
  }
}
