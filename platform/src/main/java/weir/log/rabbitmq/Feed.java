package weir.log.rabbitmq;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import weir.log.LogException;

/// One stream being read on a channel of its own, from one place on. Ends with its connection.
final class Feed implements AutoCloseable {

  /// From the oldest record.
  static final String FIRST = "first";

  /// From the newest chunk of records.
  static final String LAST = "last";

  private static final int PREFETCH = 1_000;
  private static final long NO_ROOM_NANOS = 2_000_000;

  /// Takes what comes, in order, without blocking; false when there is no room now. Then it
  /// is asked again, and nothing more comes until it says yes.
  @FunctionalInterface
  interface Sink {
    boolean take(Delivery delivery);
  }

  private final Channel channel;
  private volatile boolean closed;

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
              (tag, delivery) -> deliver(delivery, sink),
              tag -> {});
    } catch (IOException | RuntimeException e) {
      Connections.close(channel);
      throw new LogException("cannot read " + stream + ": " + Connections.reason(e), e);
    }
  }

  private void deliver(Delivery delivery, Sink sink) throws IOException {
    while (!closed && channel.isOpen()) {
      if (sink.take(delivery)) {
        acknowledge(delivery);
        return;
      }
      LockSupport.parkNanos(NO_ROOM_NANOS);
    }
  }

  /// Makes room for the next; a stream keeps what was read.
  private void acknowledge(Delivery delivery) throws IOException {
    try {
      channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
    } catch (AlreadyClosedException over) {
      closed = true;
    }
  }

  @Override
  public void close() {
    closed = true;
    Connections.close(channel);
  }
}
