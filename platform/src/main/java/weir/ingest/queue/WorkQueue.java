package weir.ingest.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import weir.log.LogException;
import weir.log.rabbitmq.Connections;
import weir.log.rabbitmq.RabbitSettings;

/// Three durable queues: one from which messages are taken and acknowledged one by one, one
/// where messages wait before RabbitMQ puts them into the first again, and one for those
/// given up.
///
/// How long a message waits is said on the message, so it can change while the queue exists;
/// it waits behind those that came before it all the same. A queue that exists is taken as
/// it is. Publishing returns when RabbitMQ has confirmed. Connects when first used, and
/// again after the connection broke: what was taken and not answered then comes again. Owned
/// by one thread.
public final class WorkQueue implements AutoCloseable {

  /// The header that says how often a message was tried again.
  public static final String RETRY_COUNT = "x-retry-count";

  /// The header that says why a message was not dealt with.
  public static final String LAST_ERROR = "x-last-error";

  private static final int PREFETCH = 500;
  private static final int GIVEN_UP_MAX = 100_000;
  private static final int PERSISTENT = 2;
  private static final long CONFIRM_MILLIS = 5_000;

  /// What is in a queue. Headers are texts and whole numbers.
  @SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied.
  public record Message(String id, byte[] body, Map<String, Object> headers) {

    public String header(String name) {
      return String.valueOf(headers.getOrDefault(name, ""));
    }
  }

  /// A message that waits for its answer, and the channel that it came by.
  public record Taken(Message message, Channel channel, long tag) {}

  private final Connections connections;
  private final RabbitSettings settings;
  private final BlockingQueue<Taken> arrived = new ArrayBlockingQueue<>(PREFETCH);
  private @Nullable Connection connection;
  private @Nullable Channel channel;
  private boolean consuming;
  private volatile boolean stale;

  public WorkQueue(RabbitSettings settings) {
    this.settings = settings;
    this.connections = new Connections(settings);
  }

  /// The next messages; none when none came in time.
  ///
  /// @throws LogException when RabbitMQ is away
  public List<Taken> poll(Duration wait) {
    consume(open());
    List<Taken> taken = new ArrayList<>();
    try {
      Taken first = arrived.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
      if (first != null) {
        taken.add(first);
        arrived.drainTo(taken);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return taken;
  }

  /// The message is dealt with and may be forgotten.
  public void done(Taken one) {
    tell(() -> one.channel.basicAck(one.tag, false));
  }

  /// Puts messages where they wait, and come to the main queue after the set delay.
  public void putLater(List<Message> messages) {
    String millis = Long.toString(settings.retryDelay().toMillis());
    publish(settings.retryQueue(), messages, new BasicProperties.Builder().expiration(millis));
  }

  /// Puts messages where somebody may look at them.
  public void giveUp(List<Message> messages) {
    publish(settings.deadQueue(), messages, new BasicProperties.Builder());
  }

  private void publish(String queue, List<Message> messages, BasicProperties.Builder common) {
    if (messages.isEmpty()) {
      return;
    }
    Channel to = open();
    tell(
        () -> {
          for (Message one : messages) {
            BasicProperties properties =
                common.messageId(one.id).headers(one.headers).deliveryMode(PERSISTENT).build();
            to.basicPublish("", queue, true, properties, one.body);
          }
          to.waitForConfirmsOrDie(CONFIRM_MILLIS);
        });
    if (stale) {
      throw new LogException("the queue " + queue + " is gone");
    }
  }

  /// One exchange with RabbitMQ.
  private interface Exchange {
    void run() throws IOException, InterruptedException, TimeoutException;
  }

  private static void tell(Exchange exchange) {
    try {
      exchange.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while waiting for RabbitMQ", e);
    } catch (IOException | TimeoutException | RuntimeException e) {
      throw new LogException("RabbitMQ is away: " + Connections.reason(e), e);
    }
  }

  private Channel open() {
    Channel current = channel;
    if (current != null && current.isOpen() && !stale) {
      return current;
    }
    disconnect();
    Connection opened = connections.open("weir-" + settings.queue());
    connection = opened;
    declare(opened, settings.queue(), Map.of());
    declare(
        opened,
        settings.retryQueue(),
        Map.of("x-dead-letter-exchange", "", "x-dead-letter-routing-key", settings.queue()));
    declare(opened, settings.deadQueue(), Map.of("x-max-length", GIVEN_UP_MAX));
    Channel fresh = Connections.channel(opened);
    tell(
        () -> {
          var _ = fresh.confirmSelect();
          fresh.basicQos(PREFETCH);
          fresh.addReturnListener(unroutable -> stale = true);
        });
    channel = fresh;
    return fresh;
  }

  /// Asks first, because a declaration with other arguments is refused.
  private static void declare(Connection connection, String queue, Map<String, Object> arguments) {
    Channel asking = Connections.channel(connection);
    try {
      var _ = asking.queueDeclarePassive(queue);
      Connections.close(asking);
    } catch (IOException missing) {
      Channel making = Connections.channel(connection);
      tell(() -> making.queueDeclare(queue, true, false, false, arguments));
      Connections.close(making);
    }
  }

  private void consume(Channel from) {
    if (consuming) {
      return;
    }
    tell(
        () ->
            from.basicConsume(
                settings.queue(),
                false,
                (tag, delivery) -> arrived.add(taken(from, delivery)),
                gone -> stale = true));
    consuming = true;
  }

  private static Taken taken(Channel from, Delivery delivery) {
    BasicProperties properties = delivery.getProperties();
    Map<String, Object> headers = new HashMap<>();
    if (properties.getHeaders() != null) {
      headers.putAll(properties.getHeaders());
    }
    String id = properties.getMessageId() == null ? "" : properties.getMessageId();
    Message message = new Message(id, delivery.getBody(), headers);
    return new Taken(message, from, delivery.getEnvelope().getDeliveryTag());
  }

  /// Lets all that was taken and not dealt with come again.
  public void disconnect() {
    if (connection != null) {
      Connections.close(connection);
    }
    connection = null;
    channel = null;
    consuming = false;
    stale = false;
    arrived.clear();
  }

  @Override
  public void close() {
    disconnect();
    connections.close();
  }
}
