package weir.log.rabbitmq;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.LongString;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;

/// Entries as AMQP messages and back. Our headers are AMQP headers of bytes; what AMQP has no place
/// for goes into headers that begin with `weir-`.
final class Messages {

  static final String OFFSET = "x-stream-offset";

  private static final String PREFIX = "weir-";
  private static final String KEY = PREFIX + "key";
  private static final String TIME = PREFIX + "time";
  private static final String NOTHING = PREFIX + "null";
  private static final int PERSISTENT = 2;

  private Messages() {}

  static BasicProperties properties(Entry entry, String id) {
    Map<String, Object> headers = new HashMap<>();
    for (Headers.Header header : entry.headers().entries()) {
      headers.put(header.name(), header.value());
    }
    headers.put(TIME, entry.timestampMillis());
    String key = entry.key();
    if (key != null) {
      headers.put(KEY, key);
    }
    if (entry.value() == null) {
      headers.put(NOTHING, true);
    }
    return properties(id).headers(headers).build();
  }

  static BasicProperties.Builder properties(String id) {
    return new BasicProperties.Builder().messageId(id).deliveryMode(PERSISTENT);
  }

  static byte[] body(Entry entry) {
    byte[] value = entry.value();
    return value == null ? new byte[0] : value;
  }

  static @Nullable String id(Delivery delivery) {
    return delivery.getProperties().getMessageId();
  }

  static long offset(Delivery delivery) {
    Object offset = delivery.getProperties().getHeaders().get(OFFSET);
    return offset instanceof Long number ? number : -1;
  }

  static LogRecord record(Partition partition, Delivery delivery) {
    Map<String, Object> given = delivery.getProperties().getHeaders();
    Headers headers = new Headers();
    given.forEach(
        (name, value) -> {
          if (!name.startsWith(PREFIX) && !name.equals(OFFSET)) {
            headers.add(name, bytes(value));
          }
        });
    Object key = given.get(KEY);
    Object time = given.get(TIME);
    return new LogRecord(
        new Position(partition, offset(delivery)),
        key == null ? null : key.toString(),
        time instanceof Number millis ? millis.longValue() : 0,
        given.containsKey(NOTHING) ? null : delivery.getBody(),
        headers);
  }

  private static byte[] bytes(Object value) {
    return switch (value) {
      case byte[] bytes -> bytes;
      case LongString text -> text.getBytes();
      default -> value.toString().getBytes(StandardCharsets.UTF_8);
    };
  }
}
