package weir.view.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.LogRecord;
import weir.view.topic.RecordJson;

/// A message of the log as one line of JSON for the browser. What a device said stays a
/// string or stays JSON; nothing in it is taken for a line of the stream.
final class LiveMessage {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int TEXT_BYTES_MAX = 16_384;

  private LiveMessage() {}

  static String enriched(LogRecord record, EventHeader.Head head) {
    byte[] value = Objects.requireNonNullElse(record.value(), new byte[0]);
    StringWriter out = new StringWriter(value.length + 256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("event_id", head.eventId());
      json.writeStringField("device_id", head.device());
      json.writeStringField("device_type", head.type());
      json.writeStringField("family", head.family());
      json.writeStringField("kind", head.kind());
      writePlace(json, record);
      if (value.length <= TEXT_BYTES_MAX) {
        json.writeFieldName("event");
        json.writeRawValue(new String(value, StandardCharsets.UTF_8));
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return oneLine(out.toString());
  }

  static String raw(LogRecord record) {
    byte[] value = Objects.requireNonNullElse(record.value(), new byte[0]);
    StringWriter out = new StringWriter(512);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("event_id", record.headers().text(HeaderNames.EVENT_ID).orElse(""));
      json.writeStringField("device_id", record.key());
      json.writeStringField("door", record.headers().text(HeaderNames.DOOR).orElse(""));
      json.writeStringField("path", record.headers().text(HeaderNames.PATH).orElse(""));
      writePlace(json, record);
      json.writeStringField("text", RecordJson.text(value, TEXT_BYTES_MAX));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return oneLine(out.toString());
  }

  private static void writePlace(JsonGenerator json, LogRecord record) throws IOException {
    json.writeStringField("received_at", Instant.ofEpochMilli(record.timestampMillis()).toString());
    json.writeStringField("topic", record.position().partition().topic().name());
    json.writeNumberField("partition", record.position().partition().number());
    json.writeNumberField("offset", record.position().offset());
    byte[] value = record.value();
    json.writeNumberField("bytes", value == null ? 0 : value.length);
  }

  /// Line breaks in JSON are only white space between its parts.
  private static String oneLine(String json) {
    return json.replace('\n', ' ').replace('\r', ' ');
  }
}
