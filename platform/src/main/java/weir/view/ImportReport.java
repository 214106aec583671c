package weir.view;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import weir.device.Devices.Upsert;
import weir.device.FieldError;

/// What became of each row of an import. Kept as the bytes of the answer, some fifty a row.
/// Owned by one thread.
final class ImportReport {

  /// Which rows the answer lists; it always counts all.
  enum Detail {
    ALL,
    FAILED
  }

  private static final JsonFactory JSON = new JsonFactory();

  private final Detail detail;
  private final ByteArrayOutputStream rows = new ByteArrayOutputStream(64 * 1024);
  private final JsonGenerator json;
  private final Map<Upsert.Result, Long> counts = new EnumMap<>(Upsert.Result.class);

  ImportReport(Detail detail) throws IOException {
    this.detail = detail;
    json = JSON.createGenerator(rows);
    json.writeStartArray();
  }

  void add(long line, @Nullable String id, Upsert upsert) throws IOException {
    counts.merge(upsert.result(), 1L, Long::sum);
    if (detail == Detail.FAILED && upsert.result() != Upsert.Result.FAILED) {
      return;
    }
    json.writeStartObject();
    json.writeNumberField("line", line);
    if (id != null) {
      json.writeStringField("id", id);
    }
    json.writeStringField("status", upsert.result().name().toLowerCase(Locale.ROOT));
    if (!upsert.errors().isEmpty()) {
      json.writeStringField("reason", reason(upsert.errors()));
    }
    json.writeEndObject();
  }

  private static String reason(List<FieldError> errors) {
    return errors.stream()
        .map(error -> (error.field() + " " + error.detail()).strip())
        .collect(Collectors.joining("; "));
  }

  long count(Upsert.Result result) {
    return counts.getOrDefault(result, 0L);
  }

  long rowCount() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /// Writes the whole answer: counts first, then the rows. To be called once, at the end.
  void writeTo(OutputStream out) throws IOException {
    json.writeEndArray();
    json.close();
    StringBuilder head = new StringBuilder("{\"rows\":").append(rowCount());
    for (Upsert.Result result : Upsert.Result.values()) {
      String name = result.name().toLowerCase(Locale.ROOT);
      head.append(",\"").append(name).append("\":").append(count(result));
    }
    out.write(head.append(",\"report\":").toString().getBytes(UTF_8));
    rows.writeTo(out);
    out.write('}');
  }
}
