package weir.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an HTTP client is told when its request failed: problem details as in RFC 9457, with every
/// wrong field named under `errors`.
///
/// @param status the HTTP status code
/// @param title the same words for every problem of this kind
/// @param detail what was wrong with this request; never echoes a payload or a secret
public record Problem(int status, String title, @Nullable String detail, List<Field> errors) {

  public static final String MEDIA_TYPE = "application/problem+json";

  private static final JsonFactory JSON = new JsonFactory();

  /// One wrong field, parameter or header.
  ///
  /// @param field its place, such as `measurements.voltage.unit` or `[2].timestamp`
  public record Field(String field, String detail) {}

  public Problem {
    errors = List.copyOf(errors);
  }

  public static Problem of(int status, String title, String detail) {
    return new Problem(status, title, detail, List.of());
  }

  /// 422: readable, but some fields are wrong.
  public static Problem invalid(List<Field> errors) {
    return new Problem(422, "Invalid request", null, errors);
  }

  /// The JSON object in UTF-8.
  public byte[] json() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("type", "about:blank");
      json.writeStringField("title", title);
      json.writeNumberField("status", status);
      if (detail != null) {
        json.writeStringField("detail", detail);
      }
      if (!errors.isEmpty()) {
        json.writeArrayFieldStart("errors");
        for (Field error : errors) {
          json.writeStartObject();
          json.writeStringField("field", error.field());
          json.writeStringField("detail", error.detail());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
