package weir.log.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.Entry;
import weir.log.EventLog.Appended;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Patience;
import weir.log.Position;

/// Appends to streams, in order, and answers when a message was read back: then the stream
/// has it for good, and its offset is known. One thread publishes; what waits is bounded by
/// bytes.
///
/// When the connection breaks, what was published and not read back is either given up
/// (PROMPT) or published again in the same order (LASTING), after the tails have told what
/// arrived after all. While RabbitMQ takes nothing because its memory or disk is full,
/// PROMPT appends fail at once.
final class Appender implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Appender.class);
  private static final long PROMPT_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LOOK_MILLIS = 50;
  private static final long RETRY_MILLIS = 200;
  private static final int OVERHEAD_BYTES = 256;

  private record Pending(
      String id, Partition partition, Entry entry, Appended callback, long cost, long sinceNanos) {}

  private final Connections connections;
  private final Patience patience;
  private final long waitingBytesMax;
  private final String self = UUID.randomUUID().toString().substring(0, 8) + "-";
  private final AtomicLong numbers = new AtomicLong();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final Map<Partition, Tail> tails = new ConcurrentHashMap<>();
  private final Map<String, Pending> published = new LinkedHashMap<>();
  private final Thread thread = Thread.ofVirtual().name("rabbitmq-appends").unstarted(this::run);
  private @Nullable Connection connection;
  private @Nullable Channel channel;
  private final Thread impatience =
      Thread.ofVirtual().name("rabbitmq-patience").unstarted(this::giveUpOld);
  private volatile String trouble = "";
  private volatile String refusal = "";
  private volatile boolean closed;

  Appender(Connections connections, RabbitSettings settings, Patience patience) {
    this.connections = connections;
    this.patience = patience;
    this.waitingBytesMax = settings.bufferBytes();
    thread.start();
    if (patience == Patience.PROMPT) {
      impatience.start();
    }
  }

  Optional<Tail> tail(Partition partition) {
    return Optional.ofNullable(tails.get(partition)).filter(Tail::isWatched);
  }

  /// What is wrong; empty when messages go through.
  Optional<String> trouble() {
    return Stream.of(trouble, refusal).filter(one -> !one.isEmpty()).findFirst();
  }

  /// Whether the buffer takes more.
  boolean hasRoom() {
    return waitingBytes.get() < waitingBytesMax / 2;
  }

  void append(Partition partition, Entry entry, Appended callback) {
    String refused = patience == Patience.PROMPT ? refusal : "";
    if (!refused.isEmpty()) {
      callback.done(null, new LogException(refused));
      return;
    }
    byte[] value = entry.value();
    long cost = OVERHEAD_BYTES + (value == null ? 0L : value.length);
    if (closed || waitingBytes.addAndGet(cost) > waitingBytesMax) {
      waitingBytes.addAndGet(-cost);
      callback.done(null, new LogException("too many bytes wait for the log"));
      return;
    }
    String id = self + numbers.incrementAndGet();
    queue.add(new Pending(id, partition, entry, callback, cost, System.nanoTime()));
  }

  private void run() {
    try {
      while (!closed) {
        try {
          Pending next = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
          if (next != null) {
            publish(next);
          } else {
            checkConnection();
          }
        } catch (LogException | IOException | AlreadyClosedException e) {
          recover(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whoever waits for an answer may send nothing more until it comes.
  private void checkConnection() {
    if (channel != null && !channel.isOpen()) {
      throw new LogException("the connection to RabbitMQ is lost");
    }
  }

  private void publish(Pending one) throws IOException {
    synchronized (published) {
      published.put(one.id, one);
    }
    send(open(), one);
  }

  private void send(Channel to, Pending one) throws IOException {
    Tail tail = tails.computeIfAbsent(one.partition, p -> new Tail(p, this::seen));
    if (!tail.isWatched()) {
      tail.watch(to.getConnection());
    }
    to.basicPublish(
        "",
        one.partition.toString(),
        Messages.properties(one.entry, one.id),
        Messages.body(one.entry));
  }

  private Channel open() throws IOException {
    Channel current = channel;
    if (current != null && current.isOpen()) {
      return current;
    }
    if (connection != null) {
      throw new LogException("the connection to RabbitMQ is lost");
    }
    return connect();
  }

  private Channel connect() throws IOException {
    Connection opened = connections.open("weir-appends");
    connection = opened;
    Channel fresh = Connections.channel(opened);
    fresh.confirmSelect();
    fresh.addConfirmListener((tag, multiple) -> {}, (tag, multiple) -> opened.abort());
    opened.addBlockedListener(
        why -> {
          refusal = "RabbitMQ takes nothing now: " + why;
          LOGGER.warn("rabbitmq takes nothing reason={}", why);
        },
        () -> {
          refusal = "";
          LOGGER.info("rabbitmq takes messages again");
        });
    channel = fresh;
    return fresh;
  }

  /// The message was read back: it is durable.
  private void seen(Partition partition, String id, long offset) {
    if (!id.startsWith(self)) {
      return;
    }
    Pending one;
    synchronized (published) {
      one = published.remove(id);
    }
    if (one != null) {
      waitingBytes.addAndGet(-one.cost);
      one.callback.done(new Position(partition, offset), null);
    }
  }

  /// Beside the appends: to publish does not return while RabbitMQ takes nothing.
  private void giveUpOld() {
    while (!closed) {
      giveUp(System.nanoTime() - PROMPT_NANOS, "the log did not take it in time");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
  }

  private void giveUp(long beforeNanos, String why) {
    List<Pending> old = new ArrayList<>();
    synchronized (published) {
      for (Pending one : published.values()) {
        if (one.sinceNanos - beforeNanos > 0) {
          break;
        }
        old.add(one);
      }
      old.forEach(one -> published.remove(one.id));
    }
    Pending next = queue.peek();
    while (next != null && next.sinceNanos - beforeNanos <= 0) {
      if (queue.remove(next)) {
        old.add(next);
      }
      next = queue.peek();
    }
    for (Pending one : old) {
      waitingBytes.addAndGet(-one.cost);
      one.callback.done(null, new LogException(why));
    }
  }

  private void recover(Exception failure) throws InterruptedException {
    trouble = "RabbitMQ is away: " + Connections.reason(failure);
    LOGGER.warn("rabbitmq is away: {}", Connections.reason(failure));
    while (!closed) {
      disconnect();
      if (patience == Patience.PROMPT) {
        giveUpAll();
      }
      try {
        Channel fresh = connect();
        settle(fresh.getConnection());
        publishAgain(fresh);
        trouble = "";
        LOGGER.info("rabbitmq is back");
        return;
      } catch (LogException | IOException | AlreadyClosedException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
      }
    }
  }

  private void disconnect() {
    if (connection != null) {
      Connections.close(connection);
    }
    connection = null;
    channel = null;
    refusal = "";
    tails.values().forEach(Tail::leave);
  }

  private void giveUpAll() {
    giveUp(System.nanoTime(), "RabbitMQ is away");
  }

  /// Reads all tails to their ends, so that what arrived before the connection broke is
  /// known.
  private void settle(Connection opened) {
    tails.values().forEach(tail -> tail.watch(opened));
    tails.values().forEach(Tail::end);
  }

  private void publishAgain(Channel fresh) throws IOException {
    List<Pending> again;
    synchronized (published) {
      again = List.copyOf(published.values());
    }
    for (Pending one : again) {
      send(fresh, one);
    }
  }

  /// Waits for what is under way, five seconds at most.
  @Override
  public void close() {
    long deadline = System.nanoTime() + PROMPT_NANOS;
    while (waitingBytes.get() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS / 5));
    }
    closed = true;
    thread.interrupt();
    giveUpAll();
    disconnect();
  }
}
