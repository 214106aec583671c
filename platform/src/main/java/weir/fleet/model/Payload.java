package weir.fleet.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Writes payloads: one JSON object each, numbers rounded as the device's display would.
final class Payload {

  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
  private static final double[] TENS = {1, 10, 100, 1_000};

  /// Writes the fields of an object that is already open.
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private Payload() {}

  static byte[] object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(640);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException impossibleInMemory) {
      throw new UncheckedIOException(impossibleInMemory);
    }
    return bytes.toByteArray();
  }

  static void nested(JsonGenerator json, String name, Fields fields) throws IOException {
    json.writeObjectFieldStart(name);
    fields.write(json);
    json.writeEndObject();
  }

  static void value(JsonGenerator json, String name, double value, String unit) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("value", value);
    json.writeStringField("unit", unit);
    json.writeEndObject();
  }

  /// UTC with microseconds and no zone, as F2 controllers write it.
  static String local(Instant time) {
    return MICROS.format(time);
  }

  /// UTC with microseconds and `Z`.
  static String utc(Instant time) {
    return MICROS.format(time) + "Z";
  }

  static double round(double value, int decimals) {
    double ten = TENS[decimals];
    return Math.rint(value * ten) / ten + 0.0;
  }
}
