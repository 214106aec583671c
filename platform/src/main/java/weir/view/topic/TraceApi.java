package weir.view.topic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.event.ProblemException;
import weir.log.LogRecord;
import weir.series.StoredEvent;
import weir.view.DeadLetters;
import weir.view.QueryForm;

/// `GET /api/events/{event_id}/trace`: everything that happened to one event. When several
/// devices use its id and `device` names none of them, the answer tells only who they are.
public final class TraceApi implements HttpService {

  private static final JsonFactory JSON = new JsonFactory();

  private final EventTrace trace;

  public TraceApi(EventTrace trace) {
    this.trace = trace;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/api/events/{event_id}/trace", this::show);
  }

  private void show(ServerRequest request, ServerResponse response) throws IOException {
    EventId id =
        EventId.parse(request.path().pathParameters().get("event_id"))
            .orElseThrow(TraceApi::missing);
    QueryForm form = new QueryForm(request);
    DeviceId device = form.device("device");
    form.check();
    EventTrace.Found found = trace.find(id, device);
    if (found.isEmpty()) {
      throw missing();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(8_192);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("event_id", id.value());
      json.writeArrayFieldStart("devices");
      for (String each : found.devices()) {
        json.writeString(each);
      }
      json.writeEndArray();
      writeRecords(json, "raw", found.raw());
      writeRecords(json, "waits", found.waits());
      writeRecords(json, "enriched", found.enriched());
      json.writeArrayFieldStart("dead_letters");
      for (DeadLetters.Letter letter : found.deadLetters()) {
        writeLetter(json, letter);
      }
      json.writeEndArray();
      writeStored(json, found.stored());
      json.writeBooleanField("complete", found.complete());
      json.writeEndObject();
    }
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(out.toByteArray());
  }

  private static ProblemException missing() {
    return ProblemException.notFound("there is no such event");
  }

  private static void writeRecords(JsonGenerator json, String name, List<LogRecord> records)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (LogRecord record : records) {
      RecordJson.whole(json, record);
    }
    json.writeEndArray();
  }

  private static void writeLetter(JsonGenerator json, DeadLetters.Letter letter)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("position", letter.position());
    json.writeStringField("device_id", letter.device());
    json.writeStringField("family", letter.family());
    json.writeStringField("reason", letter.reason());
    json.writeStringField("detail", letter.detail());
    json.writeStringField("origin", letter.origin());
    json.writeStringField("received_at", Instant.ofEpochMilli(letter.receivedMillis()).toString());
    json.writeBooleanField("replayed", letter.replayed());
    json.writeEndObject();
  }

  private static void writeStored(JsonGenerator json, @Nullable StoredEvent stored)
      throws IOException {
    if (stored == null) {
      json.writeNullField("stored");
      return;
    }
    json.writeObjectFieldStart("stored");
    json.writeStringField("device_id", stored.device().value());
    json.writeStringField("device_type", stored.type());
    json.writeStringField("family", stored.family());
    json.writeStringField("kind", stored.kind());
    json.writeStringField("time", stored.time().toString());
    json.writeStringField("received_at", stored.receivedAt().toString());
    json.writeStringField("stored_at", stored.storedAt().toString());
    json.writeFieldName("event");
    json.writeRawValue(new String(stored.json(), StandardCharsets.UTF_8));
    json.writeEndObject();
  }
}
