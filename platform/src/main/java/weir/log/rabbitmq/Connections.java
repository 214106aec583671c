package weir.log.rabbitmq;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.log.LogException;

/// Opens connections. Each part of the log owns one and opens another when it breaks: the client's
/// own recovery would start consumers at the offset where they once began.
public final class Connections implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Connections.class);
  private static final int CONNECT_MILLIS = 3_000;
  private static final int HEARTBEAT_SECONDS = 10;
  private static final int CLOSE_MILLIS = 1_000;

  private final ConnectionFactory factory = new ConnectionFactory();
  private final ExecutorService deliveries = Executors.newVirtualThreadPerTaskExecutor();

  public Connections(RabbitSettings settings) {
    factory.setHost(settings.host());
    factory.setPort(settings.port());
    factory.setUsername(settings.username());
    factory.setPassword(settings.password());
    factory.setVirtualHost(settings.virtualHost());
    factory.setAutomaticRecoveryEnabled(false);
    factory.setTopologyRecoveryEnabled(false);
    factory.setConnectionTimeout(CONNECT_MILLIS);
    factory.setHandshakeTimeout(CONNECT_MILLIS);
    factory.setShutdownTimeout(CLOSE_MILLIS);
    factory.setChannelRpcTimeout(CONNECT_MILLIS);
    factory.setRequestedHeartbeat(HEARTBEAT_SECONDS);
    factory.setSharedExecutor(deliveries);
    if (settings.tls()) {
      try {
        factory.useSslProtocol(SSLContext.getDefault());
        factory.enableHostnameVerification();
      } catch (GeneralSecurityException e) {
        throw new LogException("TLS cannot be used", e);
      }
    }
  }

  /// @throws LogException when nobody answers, or not as hoped
  public Connection open(String name) {
    try {
      return factory.newConnection(name);
    } catch (IOException | TimeoutException e) {
      throw new LogException(
          "RabbitMQ at %s:%d cannot be used: %s"
              .formatted(factory.getHost(), factory.getPort(), e.getMessage()),
          e);
    }
  }

  public static Channel channel(Connection connection) {
    try {
      Channel channel = connection.createChannel();
      if (channel == null) {
        throw new LogException("RabbitMQ has no channel left");
      }
      return channel;
    } catch (IOException | RuntimeException e) {
      throw new LogException("RabbitMQ is away: " + e.getMessage(), e);
    }
  }

  /// Why it went wrong, in the server's words when it said any.
  public static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  public static void close(Channel channel) {
    try {
      channel.abort();
    } catch (IOException gone) {
      LOGGER.debug("channel was gone already", gone);
    }
  }

  public static void close(Connection connection) {
    connection.abort(CLOSE_MILLIS);
  }

  @Override
  public void close() {
    deliveries.shutdown();
  }
}
