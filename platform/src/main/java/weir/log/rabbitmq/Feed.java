package weir.log.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// One stream being read on a channel of its own, from one place on. Ends with its connection.
final class Feed implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Feed.class);

  /// From the oldest record.
  static final String FIRST = "first";

  /// From the newest chunk of records.
  static final String LAST = "last";

  /// Messages that may come before the first of them is done with; a chunk of the stream may
  /// go beyond it.
  private static final int PREFETCH = 1_000;

  private static final int ACKNOWLEDGED_AT_ONCE = 100;

  /// Takes what comes, in order. Must not block: that would hold up the whole connection. More
  /// comes when it, or somebody later, says that a message is [Feed#done].
  @FunctionalInterface
  interface Sink {
    void take(Delivery delivery, Feed by);
  }

  private final Channel channel;
  private long acknowledged;

  /// @param from an offset, a [java.util.Date], [#FIRST] or [#LAST]
  Feed(Connection connection, String stream, Object from, Sink sink) {
    channel = Connections.channel(connection);
    try {
      channel.basicQos(PREFETCH);
      var _ =
          channel.basicConsume(
              stream,
              false,
              Map.of(Messages.OFFSET, from),
              (tag, delivery) -> sink.take(delivery, this),
              tag -> {});
    } catch (IOException | RuntimeException e) {
      Connections.close(channel);
      throw new LogException("cannot read " + stream + ": " + Connections.reason(e), e);
    }
  }

  /// The message and all before it are done with. To be called in order, by one thread.
  void done(Delivery delivery) {
    long tag = delivery.getEnvelope().getDeliveryTag();
    if (tag - acknowledged < ACKNOWLEDGED_AT_ONCE) {
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
    Connections.close(channel);
  }
}
