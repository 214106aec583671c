package weir.log.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// One stream being read on a channel of its own, from one place on. Ends with its
/// connection, and its connection with it: whoever reads sees by the connection that nothing
/// comes any more, when RabbitMQ closed the channel or removed the stream.
final class Feed implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Feed.class);

  /// From the oldest record.
  static final String FIRST = "first";

  /// From the newest chunk of records.
  static final String LAST = "last";

  /// From the next record that is written.
  static final String NEXT = "next";

  /// Messages that may come before the first of them is done with; a chunk of the stream may
  /// go beyond it. So much may be in memory beside what its reader has room for.
  private static final int PREFETCH = 20;

  private static final int ACKNOWLEDGED_AT_ONCE = PREFETCH / 2;
  private static final long ANSWER_MILLIS = 3_000;
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /// Takes what comes, in order. Must not block: that would hold up the whole connection.
  /// More comes when it, or somebody later, says that a message is [Feed#done].
  @FunctionalInterface
  interface Sink {
    void take(Delivery delivery, Feed by);
  }

  private final Channel channel;
  private final String stream;
  private final boolean mustBegin;
  private volatile long newsNanos;
  private volatile boolean begun;
  private volatile boolean left;
  private long acknowledged;

  /// @param from an offset, a [java.util.Date], [#FIRST], [#LAST] or [#NEXT]
  Feed(Connection connection, String stream, Object from, Sink sink) {
    this(connection, stream, from, PREFETCH, sink);
  }

  private Feed(Connection connection, String stream, Object from, int prefetch, Sink sink) {
    this.stream = stream;
    this.mustBegin = from.equals(FIRST) || from.equals(LAST);
    this.channel = Connections.channel(connection);
    try {
      channel.basicQos(prefetch);
      var _ =
          channel.basicConsume(
              stream,
              false,
              Map.of(Messages.OFFSET, from),
              (tag, delivery) -> take(delivery, sink),
              tag -> end(connection));
      newsNanos = System.nanoTime();
      channel.addShutdownListener(cause -> end(connection));
    } catch (IOException | RuntimeException e) {
      close();
      throw new LogException("cannot read " + stream + ": " + Connections.reason(e), e);
    }
  }

  /// The offset of the first message from a place on; empty when none comes within three
  /// seconds.
  static OptionalLong offset(Connection connection, String stream, String from) {
    BlockingQueue<Long> first = new ArrayBlockingQueue<>(1);
    Sink sink =
        (delivery, by) -> {
          boolean _ = first.offer(Messages.offset(delivery));
        };
    try (Feed _ = new Feed(connection, stream, from, 1, sink)) {
      Long offset = first.poll(ANSWER_MILLIS, TimeUnit.MILLISECONDS);
      return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", e);
    }
  }

  private void take(Delivery delivery, Sink sink) {
    begun = true;
    newsNanos = System.nanoTime();
    sink.take(delivery, this);
  }

  private void end(Connection connection) {
    if (!left && connection.isOpen()) {
      LOGGER.warn("rabbitmq ended the reading of a stream stream={}", stream);
      Connections.close(connection);
    }
  }

  /// Waits a moment; whether nothing came in it though RabbitMQ was there, so that the
  /// stream was read to its end.
  boolean isQuiet() {
    long latest = newsNanos;
    try {
      TimeUnit.NANOSECONDS.sleep(latest + QUIET_NANOS - System.nanoTime());
      long asked = System.nanoTime();
      boolean isEmpty = channel.messageCount(stream) == 0;
      boolean wasThere = System.nanoTime() - asked < QUIET_NANOS;
      return wasThere && newsNanos == latest && (begun || isEmpty || !mustBegin);
    } catch (IOException | AlreadyClosedException e) {
      throw new LogException("cannot read " + stream + ": " + Connections.reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for the log", e);
    }
  }

  /// As [#done], for a message after which more will come: not each is told to RabbitMQ.
  void passed(Delivery delivery) {
    if (delivery.getEnvelope().getDeliveryTag() % ACKNOWLEDGED_AT_ONCE == 0) {
      done(delivery);
    }
  }

  /// The message and all before it are done with. RabbitMQ closes channels on which a
  /// message waits for that too long, 30 minutes by default.
  synchronized void done(Delivery delivery) {
    long tag = delivery.getEnvelope().getDeliveryTag();
    if (tag <= acknowledged) {
      return;
    }
    acknowledged = tag;
    try {
      channel.basicAck(tag, true);
    } catch (IOException | AlreadyClosedException over) {
      LOGGER.debug("a stream is not read any more", over);
    }
  }

  @Override
  public void close() {
    left = true;
    Connections.close(channel);
  }
}
