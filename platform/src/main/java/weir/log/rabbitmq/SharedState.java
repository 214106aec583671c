package weir.log.rabbitmq;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog.Committed;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.TopicSpec;

/// What all processes must agree on, kept as a stream of changes that each of them reads
/// from its beginning: which topics there are, who holds a partition of a group, and what
/// was committed.
///
/// A change counts where the stream puts it. Whoever makes one waits until it comes by, and
/// so has read all before it: a commit of a member that has lost its partition comes after
/// the claim of the next one, and every process ignores it alike. Now and then the whole
/// state is written again, so that the old part of the stream may go.
final class SharedState implements AutoCloseable {

  static final String STREAM = "weir.state";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int SNAPSHOT_EVERY = 1_000;
  private static final int SEGMENT_BYTES = 8 * 1024 * 1024;
  private static final long KEPT_BYTES = 64L * 1024 * 1024;

  private record Key(String group, Partition partition) {}

  /// @param version offset of the change that made it so
  private record Slot(String holder, @Nullable Committed committed, long version) {}

  private final Connections connections;
  private final String self = UUID.randomUUID().toString();
  private final AtomicLong numbers = new AtomicLong();
  private final Map<String, CompletableFuture<Boolean>> awaited = new ConcurrentHashMap<>();
  private final Map<Topic, Integer> topics = new TreeMap<>(Comparator.comparing(Topic::name));
  private final Map<Key, Slot> slots = new HashMap<>();
  private @Nullable Connection connection;
  private @Nullable Channel writing;
  private long next;
  private boolean closed;

  SharedState(Connections connections) {
    this.connections = connections;
  }

  /// The partitions of each topic.
  Map<Topic, Integer> topics() {
    catchUp();
    synchronized (slots) {
      return new HashMap<>(topics);
    }
  }

  /// As [#topics], as far as was read by now.
  int partitionsKnown(Topic topic) {
    synchronized (slots) {
      return topics.getOrDefault(topic, 0);
    }
  }

  Set<String> groups() {
    catchUp();
    Set<String> groups = new TreeSet<>();
    synchronized (slots) {
      slots.keySet().forEach(key -> groups.add(key.group));
    }
    return groups;
  }

  Map<Partition, Committed> committed(String group) {
    catchUp();
    Map<Partition, Committed> found = new TreeMap<>();
    synchronized (slots) {
      slots.forEach(
          (key, slot) -> {
            if (key.group.equals(group) && slot.committed != null) {
              found.put(key.partition, slot.committed);
            }
          });
    }
    return found;
  }

  void addTopic(TopicSpec spec) {
    boolean _ = await(write(change("topic", spec.topic()).put("partitions", spec.partitions())));
  }

  /// Takes a partition for a member, from now on; what was committed for it so far.
  Committed claim(String group, Partition partition, String member) {
    boolean _ = await(write(of("claim", group, partition, member)));
    synchronized (slots) {
      Slot slot = slots.get(new Key(group, partition));
      Committed committed = slot == null ? null : slot.committed;
      return committed == null ? new Committed(0, "") : committed;
    }
  }

  /// Begins to commit; true in the end when the member still held the partition.
  CompletableFuture<Boolean> commit(
      String group, Partition partition, String member, Committed position) {
    return write(
        of("commit", group, partition, member)
            .put("offset", position.offset())
            .put("note", position.note()));
  }

  private void catchUp() {
    boolean _ = await(write(JSON.createObjectNode().put("kind", "mark")));
  }

  private static ObjectNode change(String kind, Topic topic) {
    return JSON.createObjectNode().put("kind", kind).put("topic", topic.name());
  }

  private static ObjectNode of(String kind, String group, Partition partition, String member) {
    return change(kind, partition.topic())
        .put("partition", partition.number())
        .put("group", group)
        .put("member", member);
  }

  static boolean await(CompletableFuture<Boolean> change) {
    try {
      return change.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new LogException("RabbitMQ did not take the change: " + Connections.reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", e);
    }
  }

  private CompletableFuture<Boolean> write(ObjectNode change) {
    String id = self + "-" + numbers.incrementAndGet();
    CompletableFuture<Boolean> seen = new CompletableFuture<>();
    awaited.put(id, seen);
    try {
      publish(id, change);
    } catch (LogException e) {
      seen.completeExceptionally(e);
    }
    return seen.whenComplete((outcome, failure) -> awaited.remove(id));
  }

  private synchronized void publish(String id, ObjectNode change) {
    BasicProperties properties = Messages.properties(id).build();
    Channel channel = open();
    try {
      channel.basicPublish("", STREAM, properties, JSON.writeValueAsBytes(change));
    } catch (IOException | RuntimeException e) {
      throw new LogException("RabbitMQ is away: " + Connections.reason(e), e);
    }
  }

  private Channel open() {
    if (closed) {
      throw new LogException("the log is closed");
    }
    Connection current = connection;
    Channel channel = writing;
    if (current != null && channel != null && current.isOpen() && channel.isOpen()) {
      return channel;
    }
    if (current != null) {
      Connections.close(current);
    }
    Connection opened = connections.open("weir-state");
    connection = opened;
    Channel fresh = Connections.channel(opened);
    Streams.declare(fresh, STREAM, KEPT_BYTES, SEGMENT_BYTES, null);
    synchronized (slots) {
      Feed _ = new Feed(opened, STREAM, next == 0 ? Feed.FIRST : next, this::take);
    }
    writing = fresh;
    return fresh;
  }

  /// One change comes by.
  private void take(Delivery delivery, Feed by) {
    by.done(delivery);
    long offset = Messages.offset(delivery);
    boolean counts;
    synchronized (slots) {
      if (offset < next) {
        return;
      }
      next = offset + 1;
      try {
        counts = apply(JSON.readTree(delivery.getBody()), offset);
      } catch (IOException e) {
        throw new LogException("the stream " + STREAM + " holds what is not ours", e);
      }
    }
    String id = String.valueOf(Messages.id(delivery));
    CompletableFuture<Boolean> waiting = awaited.get(id);
    if (waiting != null) {
      waiting.complete(counts);
      if (offset % SNAPSHOT_EVERY == 0) {
        Thread _ = Thread.ofVirtual().name("rabbitmq-snapshot").start(this::writeSnapshot);
      }
    }
  }

  private boolean apply(JsonNode change, long offset) {
    switch (change.path("kind").asText()) {
      case "topic" -> topics.put(topic(change), change.path("partitions").asInt());
      case "claim" -> {
        Slot before = slots.get(key(change));
        Committed kept = before == null ? null : before.committed;
        slots.put(key(change), new Slot(change.path("member").asText(), kept, offset));
      }
      case "commit" -> {
        Slot held = slots.get(key(change));
        String member = change.path("member").asText();
        if (held == null || !held.holder.equals(member)) {
          return false;
        }
        slots.put(key(change), new Slot(member, committed(change), offset));
      }
      case "snapshot" -> {
        change
            .path("topics")
            .forEach(one -> topics.put(topic(one), one.path("partitions").asInt()));
        change.path("slots").forEach(this::restore);
      }
      default -> {
        return true;
      }
    }
    return true;
  }

  /// What is known already came after the snapshot was made. Where that is a claim only,
  /// because the stream begins after the commit before it, the snapshot has the commit.
  private void restore(JsonNode one) {
    long version = one.path("version").asLong();
    Committed committed = one.has("offset") ? committed(one) : null;
    Slot known = slots.get(key(one));
    if (known == null || known.version < version) {
      slots.put(key(one), new Slot(one.path("member").asText(), committed, version));
    } else if (known.committed == null) {
      slots.put(key(one), new Slot(known.holder, committed, known.version));
    }
  }

  private static Topic topic(JsonNode change) {
    return new Topic(change.path("topic").asText());
  }

  private static Key key(JsonNode change) {
    Partition partition = new Partition(topic(change), change.path("partition").asInt());
    return new Key(change.path("group").asText(), partition);
  }

  private static Committed committed(JsonNode change) {
    return new Committed(change.path("offset").asLong(), change.path("note").asText());
  }

  private void writeSnapshot() {
    ObjectNode snapshot = JSON.createObjectNode().put("kind", "snapshot");
    synchronized (slots) {
      var known = snapshot.putArray("topics");
      topics.forEach((topic, count) -> known.add(change("topic", topic).put("partitions", count)));
      var held = snapshot.putArray("slots");
      slots.forEach((key, slot) -> held.add(entry(key, slot)));
    }
    boolean _ = await(write(snapshot));
  }

  private static ObjectNode entry(Key key, Slot slot) {
    ObjectNode entry =
        of("slot", key.group, key.partition, slot.holder).put("version", slot.version);
    if (slot.committed != null) {
      entry.put("offset", slot.committed.offset()).put("note", slot.committed.note());
    }
    return entry;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (connection != null) {
      Connections.close(connection);
    }
  }
}
