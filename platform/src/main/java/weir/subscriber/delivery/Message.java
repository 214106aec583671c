package weir.subscriber.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.subscriber.Endpoint;

/// What one request carries: an event, or several.
///
/// @param id the event's own, the same at every attempt; for a batch one made from theirs
/// @param trace the latest step of the event; of several the first that is followed
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares messages.
record Message(String id, String mediaType, byte[] body, @Nullable String trace) {

  /// Events in one request, and their bytes.
  static final int BATCH_EVENTS_MAX = 100;

  static final int BATCH_BYTES_MAX = 256 * 1024;

  /// The message for one event or, when the endpoint takes batches, for several.
  static Message of(Endpoint.Format format, List<Pending> events) {
    String id = events.getFirst().eventId();
    String trace = trace(events);
    return switch (format) {
      case EVENT -> new Message(id, "application/json", events.getFirst().body(), trace);
      case CLOUDEVENTS ->
          new Message(id, "application/cloudevents+json", write(events, "", ""), trace);
      case CLOUDEVENTS_BATCH ->
          new Message(
              batchId(events),
              "application/cloudevents-batch+json",
              write(events, "[", "]"),
              trace);
    };
  }

  private static @Nullable String trace(List<Pending> events) {
    for (Pending event : events) {
      if (event.trace() != null) {
        return event.trace();
      }
    }
    return null;
  }

  /// What an event takes in a batch.
  static int batchBytes(Pending event) {
    return envelope(event).length() + event.body().length + 2;
  }

  private static String batchId(List<Pending> events) {
    String ids =
        events.stream()
            .map(event -> event.device() + " " + event.eventId())
            .collect(Collectors.joining("\n"));
    return UUID.nameUUIDFromBytes(ids.getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static byte[] write(List<Pending> events, String open, String close) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String before = open;
    for (Pending event : events) {
      out.writeBytes(ascii(before + envelope(event)));
      out.writeBytes(event.body());
      out.write('}');
      before = ",";
    }
    out.writeBytes(ascii(close));
    return out.toByteArray();
  }

  /// The attributes of CloudEvents up to the data. Ids and types need no escapes: their
  /// alphabets hold nothing that JSON treats specially.
  private static String envelope(Pending event) {
    return "{\"specversion\":\"1.0\",\"id\":\""
        + event.eventId()
        + "\",\"source\":\"/devices/"
        + event.device()
        + "\",\"type\":\"weir.event\",\"devicetype\":\""
        + event.type()
        + "\",\"acceptedat\":\""
        + event.acceptedAt()
        + "\",\"datacontenttype\":\"application/json\",\"data\":";
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
