package weir.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.ProblemException;
import weir.event.Reading;
import weir.series.Aggregate;
import weir.series.Bucket;
import weir.series.HourlyQuery;
import weir.series.HourlyStat;
import weir.series.Measured;
import weir.series.ReadingQuery;
import weir.series.SeriesStore;
import weir.series.Step;

/// What devices measured: `GET /api/devices/{id}/latest`, `GET /api/devices/{id}/readings` and
/// `GET /api/stats/hourly`.
public final class ReadingApi implements HttpService {

  static final int ROWS_MAX = 10_000;
  static final int EXPORT_ROWS_MAX = 1_000_000;
  private static final int ROWS_DEFAULT = 1_000;
  private static final JsonFactory JSON = new JsonFactory();

  private final SeriesStore store;
  private final InstantSource clock;

  public ReadingApi(SeriesStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/devices/{id}/latest", this::latest)
        .get("/api/devices/{id}/readings", this::readings)
        .get("/api/stats/hourly", this::hourly);
  }

  private void latest(ServerRequest request, ServerResponse response) throws IOException {
    DeviceId device = device(request);
    new QueryForm(request).check();
    List<Measured> values = store.latest(device);
    ByteArrayOutputStream out = new ByteArrayOutputStream(2_048);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("device_id", device.value());
      json.writeArrayFieldStart("items");
      for (Measured value : values) {
        json.writeStartObject();
        json.writeStringField("metric", value.reading().metric());
        writeValue(json, value);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private void readings(ServerRequest request, ServerResponse response) throws IOException {
    DeviceId device = device(request);
    QueryForm form = new QueryForm(request);
    AnswerForm answer = AnswerForm.of(request, form);
    String metric = form.text("metric");
    Span span = Span.read(form, clock);
    Duration width = TimeForm.step(form, "step");
    Aggregate aggregate = aggregate(form, width);
    int limit = form.number("limit", 1, ROWS_MAX, ROWS_DEFAULT);
    boolean limited = form.text("limit") != null;
    if (metric == null) {
      form.wrong("metric", "is required");
    }
    if (width != null && span.from().plus(width.multipliedBy(ROWS_MAX)).isBefore(span.to())) {
      form.wrong("step", "gives more than " + ROWS_MAX + " steps; ask for a longer step");
    }
    form.check();
    ReadingQuery query = new ReadingQuery(device, String.valueOf(metric), span.from(), span.to());
    if (width != null) {
      sendBuckets(response, answer, query, new Step(width, aggregate));
    } else if (answer == AnswerForm.CSV) {
      export(response, query, limited ? limit : EXPORT_ROWS_MAX);
    } else {
      sendReadings(response, query, limit);
    }
  }

  private static Aggregate aggregate(QueryForm form, @Nullable Duration width) {
    String name = form.text("aggregate");
    if (name == null) {
      return Aggregate.AVG;
    }
    if (width == null) {
      form.wrong("aggregate", "needs a step");
    }
    for (Aggregate aggregate : Aggregate.values()) {
      if (aggregate.name().toLowerCase(Locale.ROOT).equals(name)) {
        return aggregate;
      }
    }
    form.wrong("aggregate", "must be avg, min, max, sum, count, first or last");
    return Aggregate.AVG;
  }

  private void sendReadings(ServerResponse response, ReadingQuery query, int limit)
      throws IOException {
    Page page = page(query, limit);
    ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      startRange(json, query);
      json.writeArrayFieldStart("items");
      for (Measured value : page.values) {
        json.writeStartObject();
        writeValue(json, value);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("next_from", page.next == null ? null : page.next.toString());
      json.writeEndObject();
    }
    send(response, out);
  }

  /// @param next from where the rest is to be asked for
  private record Page(List<Measured> values, @Nullable Instant next) {}

  /// As many values as asked for, or some fewer or more: those of one time stay together, for
  /// the next page is asked for by time.
  private Page page(ReadingQuery query, int limit) {
    List<Measured> values = store.readings(query, limit + 1);
    if (values.size() <= limit) {
      return new Page(values, null);
    }
    Instant last = values.getLast().time();
    List<Measured> earlier = values.stream().takeWhile(one -> one.time().isBefore(last)).toList();
    if (!earlier.isEmpty()) {
      return new Page(earlier, last);
    }
    Instant next = last.plusNanos(1_000);
    ReadingQuery oneTime = new ReadingQuery(query.device(), query.metric(), last, next);
    return new Page(store.readings(oneTime, ROWS_MAX), next.isBefore(query.to()) ? next : null);
  }

  /// Reads page by page, so that an export of any length needs little memory.
  private void export(ServerResponse response, ReadingQuery query, int limit) throws IOException {
    List<Measured> page = store.readings(query, Math.min(limit, ROWS_MAX));
    try (CsvAnswer csv =
        new CsvAnswer(response, "readings", "time", "device_id", "metric", "value", "unit")) {
      int left = limit;
      while (!page.isEmpty() && left > 0) {
        List<Measured> whole = page.size() == ROWS_MAX ? withoutLastTime(page) : page;
        for (Measured one : whole) {
          Reading reading = one.reading();
          csv.row(one.time(), query.device(), reading.metric(), value(reading), reading.unit());
        }
        left -= whole.size();
        Instant next = whole.getLast().time().plusNanos(1_000);
        page =
            next.isBefore(query.to()) && left > 0
                ? store.readings(
                    new ReadingQuery(query.device(), query.metric(), next, query.to()),
                    Math.min(left, ROWS_MAX))
                : List.of();
      }
    }
  }

  /// Leaves the last time out: a metric may have two units, and so two rows at one time, of which
  /// the page has one only.
  private static List<Measured> withoutLastTime(List<Measured> page) {
    Instant last = page.getLast().time();
    int end = page.size();
    while (end > 1 && page.get(end - 1).time().equals(last)) {
      end--;
    }
    return page.subList(0, end);
  }

  private static Object value(Reading reading) {
    return switch (reading) {
      case Reading.Numeric number -> number.value();
      case Reading.Textual text -> text.value();
    };
  }

  private void sendBuckets(
      ServerResponse response, AnswerForm answer, ReadingQuery query, Step step)
      throws IOException {
    List<Bucket> buckets = store.range(query, step, ROWS_MAX + 1);
    String aggregate = step.aggregate().name().toLowerCase(Locale.ROOT);
    if (answer == AnswerForm.CSV) {
      try (CsvAnswer csv =
          new CsvAnswer(response, "readings", "time", "device_id", "metric", aggregate, "count")) {
        for (Bucket bucket : buckets) {
          csv.row(bucket.start(), query.device(), query.metric(), bucket.value(), bucket.count());
        }
      }
      return;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      startRange(json, query);
      json.writeNumberField("step_seconds", step.width().toSeconds());
      json.writeStringField("aggregate", aggregate);
      json.writeArrayFieldStart("items");
      for (Bucket bucket : buckets) {
        json.writeStartObject();
        json.writeStringField("time", bucket.start().toString());
        json.writeNumberField("value", bucket.value());
        json.writeNumberField("count", bucket.count());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private static void startRange(JsonGenerator json, ReadingQuery query) throws IOException {
    json.writeStartObject();
    json.writeStringField("device_id", query.device().value());
    json.writeStringField("metric", query.metric());
    json.writeStringField("from", query.from().toString());
    json.writeStringField("to", query.to().toString());
  }

  private static void writeValue(JsonGenerator json, Measured value) throws IOException {
    json.writeStringField("time", value.time().toString());
    switch (value.reading()) {
      case Reading.Numeric number -> json.writeNumberField("value", number.value());
      case Reading.Textual text when text.value().isEmpty() -> json.writeNullField("value");
      case Reading.Textual text -> json.writeStringField("value", text.value());
    }
    json.writeStringField("unit", value.reading().unit());
  }

  private void hourly(ServerRequest request, ServerResponse response) throws IOException {
    QueryForm form = new QueryForm(request);
    AnswerForm answer = AnswerForm.of(request, form);
    String device = form.text("device");
    String metric = form.text("metric");
    Span span = Span.read(form, clock);
    if (device == null || !DeviceId.isValid(device)) {
      form.wrong("device", "must be a device id");
    }
    form.check();
    HourlyQuery query =
        new HourlyQuery(new DeviceId(String.valueOf(device)), metric, span.from(), span.to());
    List<HourlyStat> stats = store.hourly(query, ROWS_MAX + 1);
    if (stats.size() > ROWS_MAX) {
      throw ProblemException.invalid(
          "from", "the range has more than " + ROWS_MAX + " rows; ask for a shorter one");
    }
    if (answer == AnswerForm.CSV) {
      exportHours(response, query.device(), stats);
    } else {
      sendHours(response, query.device(), stats);
    }
  }

  private static void exportHours(ServerResponse response, DeviceId device, List<HourlyStat> stats)
      throws IOException {
    try (CsvAnswer csv =
        new CsvAnswer(
            response,
            "hourly",
            "hour",
            "device_id",
            "metric",
            "unit",
            "avg",
            "min",
            "max",
            "count")) {
      for (HourlyStat stat : stats) {
        csv.row(
            stat.hour(),
            device,
            stat.metric(),
            stat.unit(),
            stat.average(),
            stat.min(),
            stat.max(),
            stat.count());
      }
    }
  }

  private static void sendHours(ServerResponse response, DeviceId device, List<HourlyStat> stats)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("device_id", device.value());
      json.writeArrayFieldStart("items");
      for (HourlyStat stat : stats) {
        json.writeStartObject();
        json.writeStringField("hour", stat.hour().toString());
        json.writeStringField("metric", stat.metric());
        json.writeStringField("unit", stat.unit());
        json.writeNumberField("avg", stat.average());
        json.writeNumberField("min", stat.min());
        json.writeNumberField("max", stat.max());
        json.writeNumberField("count", stat.count());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private static DeviceId device(ServerRequest request) {
    return DeviceId.parse(request.path().pathParameters().get("id"))
        .orElseThrow(() -> ProblemException.notFound("there is no such device"));
  }

  private static void send(ServerResponse response, ByteArrayOutputStream json) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(json.toByteArray());
  }
}
