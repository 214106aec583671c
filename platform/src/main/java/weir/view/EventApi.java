package weir.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.event.ProblemException;
import weir.series.EventCursor;
import weir.series.EventPage;
import weir.series.EventQuery;
import weir.series.SeriesStore;
import weir.series.StoredEvent;

/// What devices sent: `GET /api/events`, `GET /api/events/{event_id}`,
/// `GET /api/devices/{id}/events`, and `GET /events/db`, the newest events of the HTTP
/// sensors in the short form that their document shows.
public final class EventApi implements HttpService {

  private static final int LIMIT_DEFAULT = 50;
  private static final int DEVICES_MAX = 20;
  private static final String SENSOR_FAMILY = "http";
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final JsonFactory FACTORY = JSON.getFactory();

  private final SeriesStore store;

  public EventApi(SeriesStore store) {
    this.store = store;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/events", this::list)
        .get("/api/events/{event_id}", this::show)
        .get("/api/devices/{id}/events", this::ofDevice)
        .get("/events/db", this::newestOfSensors);
  }

  private void list(ServerRequest request, ServerResponse response) throws IOException {
    QueryForm form = new QueryForm(request);
    answer(request, response, form, form.device("device"));
  }

  private void ofDevice(ServerRequest request, ServerResponse response) throws IOException {
    DeviceId device =
        DeviceId.parse(request.path().pathParameters().get("id"))
            .orElseThrow(() -> ProblemException.notFound("there is no such device"));
    answer(request, response, new QueryForm(request), device);
  }

  private void answer(
      ServerRequest request, ServerResponse response, QueryForm form, @Nullable DeviceId device)
      throws IOException {
    AnswerForm answer = AnswerForm.of(request, form);
    boolean limited = form.text("limit") != null;
    EventQuery query =
        new EventQuery(
            device,
            form.text("type"),
            form.text("kind"),
            form.text("family"),
            TimeForm.time(form, "from"),
            TimeForm.time(form, "to"),
            cursor(form),
            form.number("limit", 1, EventQuery.LIMIT_MAX, LIMIT_DEFAULT));
    Instant from = query.from();
    Instant to = query.to();
    if (from != null && to != null && from.isAfter(to)) {
      form.wrong("from", "must not be after to");
    }
    form.check();
    switch (answer) {
      case JSON -> sendPage(response, store.events(query));
      case CSV -> export(response, query, limited ? query.limit() : ReadingApi.EXPORT_ROWS_MAX);
    }
  }

  private static @Nullable EventCursor cursor(QueryForm form) {
    String text = form.text("cursor");
    if (text == null) {
      return null;
    }
    Optional<EventCursor> cursor = EventCursor.parse(text);
    if (cursor.isEmpty()) {
      form.wrong("cursor", "must be the next_cursor of an earlier answer");
    }
    return cursor.orElse(null);
  }

  private static void sendPage(ServerResponse response, EventPage page) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(32_768);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("items");
      for (StoredEvent event : page.events()) {
        write(json, event);
      }
      json.writeEndArray();
      EventCursor next = page.next();
      json.writeStringField("next_cursor", next == null ? null : next.text());
      json.writeEndObject();
    }
    send(response, out);
  }

  private void export(ServerResponse response, EventQuery query, int limit) throws IOException {
    EventPage page = store.events(query.page(query.after(), Math.min(limit, EventQuery.LIMIT_MAX)));
    try (CsvAnswer csv =
        new CsvAnswer(
            response,
            "events",
            "event_id",
            "device_id",
            "device_type",
            "family",
            "kind",
            "time",
            "received_at",
            "stored_at",
            "event")) {
      int left = limit;
      while (true) {
        for (StoredEvent event : page.events()) {
          csv.row(
              event.id(),
              event.device(),
              event.type(),
              event.family(),
              event.kind(),
              event.time(),
              event.receivedAt(),
              event.storedAt(),
              new String(event.json(), StandardCharsets.UTF_8));
        }
        left -= page.events().size();
        if (page.next() == null || left <= 0) {
          return;
        }
        page = store.events(query.page(page.next(), Math.min(left, EventQuery.LIMIT_MAX)));
      }
    }
  }

  private void show(ServerRequest request, ServerResponse response) throws IOException {
    String id = request.path().pathParameters().get("event_id");
    QueryForm form = new QueryForm(request);
    DeviceId device = form.device("device");
    form.check();
    StoredEvent event =
        EventId.parse(id)
            .flatMap(each -> device == null ? theOnly(each) : store.event(device, each))
            .orElseThrow(() -> ProblemException.notFound("there is no such event"));
    ByteArrayOutputStream out = new ByteArrayOutputStream(2_048);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      write(json, event);
    }
    send(response, out);
  }

  /// The event with this id, unless several devices use it.
  private Optional<StoredEvent> theOnly(EventId id) {
    List<StoredEvent> events = store.events(id, DEVICES_MAX);
    List<String> devices = events.stream().map(event -> event.device().value()).distinct().toList();
    if (devices.size() > 1) {
      throw ProblemException.of(
          409,
          "Several devices",
          "they use one event id, and device must name one: " + String.join(", ", devices));
    }
    return events.stream().findFirst();
  }

  private void newestOfSensors(ServerRequest request, ServerResponse response) throws IOException {
    QueryForm form = new QueryForm(request);
    int limit = form.number("limit", 1, EventQuery.LIMIT_MAX, LIMIT_DEFAULT);
    form.check();
    EventPage page = store.events(EventQuery.newest(limit).ofFamily(SENSOR_FAMILY));
    ByteArrayOutputStream out = new ByteArrayOutputStream(8_192);
    try (JsonGenerator json = FACTORY.createGenerator(out)) {
      json.writeStartArray();
      for (StoredEvent event : page.events()) {
        JsonNode said = JSON.readTree(event.json());
        json.writeStartObject();
        json.writeStringField("event_id", event.id().value());
        json.writeStringField("device_id", event.device().value());
        writeNumber(json, "temperature", said);
        writeNumber(json, "humidity", said);
        json.writeStringField("timestamp", event.time().toString());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    send(response, out);
  }

  private static void writeNumber(JsonGenerator json, String field, JsonNode said)
      throws IOException {
    JsonNode value = said.path(field);
    if (value.isNumber()) {
      json.writeNumberField(field, value.doubleValue());
    } else {
      json.writeNullField(field);
    }
  }

  public static void write(JsonGenerator json, StoredEvent event) throws IOException {
    json.writeStartObject();
    json.writeStringField("event_id", event.id().value());
    json.writeStringField("device_id", event.device().value());
    json.writeStringField("device_type", event.type());
    json.writeStringField("family", event.family());
    json.writeStringField("kind", event.kind());
    json.writeStringField("time", event.time().toString());
    json.writeStringField("received_at", event.receivedAt().toString());
    json.writeStringField("stored_at", event.storedAt().toString());
    json.writeFieldName("event");
    json.writeRawValue(new String(event.json(), StandardCharsets.UTF_8));
    json.writeEndObject();
  }

  private static void send(ServerResponse response, ByteArrayOutputStream json) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(json.toByteArray());
  }
}
