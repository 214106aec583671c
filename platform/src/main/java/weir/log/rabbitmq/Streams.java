package weir.log.rabbitmq;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.log.LogException;

/// Declares streams. One that exists must have been declared alike; what shall change later is for
/// a policy of RabbitMQ.
final class Streams {

  private Streams() {}

  /// @param retention null keeps records whatever their age
  static void declare(
      Channel channel, String name, long bytesMax, int segmentBytes, @Nullable Duration retention) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("x-queue-type", "stream");
    arguments.put("x-stream-max-segment-size-bytes", segmentBytes);
    if (bytesMax > 0) {
      arguments.put("x-max-length-bytes", bytesMax);
    }
    if (retention != null) {
      arguments.put("x-max-age", retention.toSeconds() + "s");
    }
    try {
      var _ = channel.queueDeclare(name, true, false, false, arguments);
    } catch (IOException | RuntimeException e) {
      throw new LogException("cannot declare " + name + ": " + Connections.reason(e), e);
    }
  }
}
