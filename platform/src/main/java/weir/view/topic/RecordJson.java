package weir.view.topic;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import weir.log.Headers;
import weir.log.LogRecord;

/// A record of the log as JSON. Bytes are shown as text when they are UTF-8 without control
/// characters, otherwise as base64.
public final class RecordJson {

  /// How much of a value a list shows.
  static final int PREVIEW_BYTES = 4_096;

  private static final int HEADER_BYTES_MAX = 1_024;

  private RecordJson() {}

  /// As in a list: the start of the value.
  static void preview(JsonGenerator json, LogRecord record) throws IOException {
    write(json, record, PREVIEW_BYTES);
  }

  /// With the whole value, as text and as bytes.
  static void whole(JsonGenerator json, LogRecord record) throws IOException {
    write(json, record, Integer.MAX_VALUE);
  }

  private static void write(JsonGenerator json, LogRecord record, int bytesMax) throws IOException {
    json.writeStartObject();
    json.writeStringField("topic", record.position().partition().topic().name());
    json.writeNumberField("partition", record.position().partition().number());
    json.writeNumberField("offset", record.position().offset());
    json.writeStringField("time", Instant.ofEpochMilli(record.timestampMillis()).toString());
    json.writeStringField("key", record.key());
    json.writeArrayFieldStart("headers");
    for (Headers.Header header : record.headers().entries()) {
      json.writeStartObject();
      json.writeStringField("name", header.name());
      writeBytes(json, header.value(), HEADER_BYTES_MAX);
      json.writeEndObject();
    }
    json.writeEndArray();
    byte[] value = record.value();
    if (value == null) {
      json.writeNumberField("bytes", 0);
      json.writeNullField("text");
      json.writeNullField("base64");
      json.writeBooleanField("cut", false);
      json.writeBooleanField("deleted", true);
    } else {
      writeBytes(json, value, bytesMax);
      json.writeBooleanField("deleted", false);
    }
    json.writeEndObject();
  }

  private static void writeBytes(JsonGenerator json, byte[] bytes, int bytesMax)
      throws IOException {
    String text = text(bytes, bytesMax);
    json.writeNumberField("bytes", bytes.length);
    json.writeStringField("text", text);
    if (text == null) {
      json.writeBinaryField("base64", cut(bytes, bytesMax));
    } else {
      json.writeNullField("base64");
    }
    json.writeBooleanField("cut", bytes.length > bytesMax);
  }

  private static byte[] cut(byte[] bytes, int bytesMax) {
    return bytes.length > bytesMax ? Arrays.copyOf(bytes, textLength(bytes, bytesMax)) : bytes;
  }

  /// The longest prefix that does not end within a character.
  private static int textLength(byte[] bytes, int bytesMax) {
    int length = bytesMax;
    while (length > bytesMax - 4 && (bytes[length] & 0xC0) == 0x80) {
      length--;
    }
    return length;
  }

  /// The bytes as text, cut when there are more than that; null when they are no text.
  public static @Nullable String text(byte[] bytes, int bytesMax) {
    try {
      ByteBuffer shown = ByteBuffer.wrap(cut(bytes, bytesMax));
      String text = StandardCharsets.UTF_8.newDecoder().decode(shown).toString();
      return text.chars().allMatch(RecordJson::isPlain) ? text : null;
    } catch (CharacterCodingException notText) {
      return null;
    }
  }

  private static boolean isPlain(int c) {
    return c >= ' ' || c == '\n' || c == '\r' || c == '\t';
  }
}
