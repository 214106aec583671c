package weir.view.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import weir.view.Books;

/// The platform at one moment, as the overview shows it.
///
/// @param trouble why the log cannot be read; empty when it can
record Figures(
    long atMillis,
    RateHistory.Totals totals,
    RateHistory.Rates rates,
    Lag lag,
    Books.Sheet books,
    List<Talkers.Talker> devices,
    List<Talkers.Talker> types,
    Map<String, Long> gauges,
    String trouble) {

  private static final JsonFactory JSON = new JsonFactory();

  /// Messages that wait before each stage.
  record Lag(long pipeline, long series, long retry) {}

  String json() {
    StringWriter out = new StringWriter(2_048);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("at", Instant.ofEpochMilli(atMillis).toString());
      writeStage(json, "raw", totals.raw(), rates.raw());
      writeStage(json, "enriched", totals.enriched(), rates.enriched());
      writeStage(json, "stored", totals.stored(), rates.stored());
      writeStage(json, "set_aside", totals.setAside(), rates.setAside());
      writeStage(json, "trends", Math.round(totals.trends()), rates.trends());
      json.writeObjectFieldStart("lag");
      json.writeNumberField("pipeline", Math.max(0, lag.pipeline()));
      json.writeNumberField("series", Math.max(0, lag.series()));
      json.writeNumberField("retry", Math.max(0, lag.retry()));
      json.writeEndObject();
      writeBooks(json);
      writeTalkers(json, "devices", devices);
      writeTalkers(json, "types", types);
      json.writeObjectFieldStart("gauges");
      for (Map.Entry<String, Long> gauge : gauges.entrySet()) {
        json.writeNumberField(gauge.getKey(), gauge.getValue());
      }
      json.writeEndObject();
      json.writeStringField("trouble", trouble);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static void writeStage(JsonGenerator json, String name, long total, double rate)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("total", total);
    json.writeNumberField("rate", Math.round(rate * 100) / 100.0);
    json.writeEndObject();
  }

  private void writeBooks(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("books");
    json.writeBooleanField("balanced", books.balanced());
    json.writeNumberField("accepted", books.total().accepted());
    json.writeNumberField("stored", books.total().stored());
    json.writeNumberField("set_aside", books.total().setAside());
    json.writeNumberField("waiting", books.total().waiting());
    json.writeArrayFieldStart("families");
    for (Books.Line line : books.families()) {
      json.writeStartObject();
      json.writeStringField("family", line.family());
      json.writeNumberField("accepted", line.accepted());
      json.writeNumberField("stored", line.stored());
      json.writeNumberField("set_aside", line.setAside());
      json.writeNumberField("waiting", line.waiting());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("findings");
    for (String finding : books.findings()) {
      json.writeString(finding);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeTalkers(JsonGenerator json, String name, List<Talkers.Talker> talkers)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (Talkers.Talker talker : talkers) {
      json.writeStartObject();
      json.writeStringField("name", talker.name());
      json.writeNumberField("rate", Math.round(talker.rate() * 1_000) / 1_000.0);
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
