package weir.view.monitor;

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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weir.device.DeviceQuery;
import weir.device.Devices;
import weir.event.ProblemException;
import weir.series.EventQuery;
import weir.series.SeriesStore;
import weir.series.StoredEvent;
import weir.subscriber.Application;
import weir.subscriber.Applications;
import weir.view.EventApi;
import weir.view.QueryForm;

/// What one application may see: `GET /api/applications/{id}/monitor`, its device types in
/// numbers, and `GET /api/applications/{id}/events`, its newest events. What is of another
/// type is not there, and asking for it by name is refused.
///
/// Minimum, maximum and average are of all devices of the types, by the time of the event;
/// `measured_since` says since when, while the past is still being read.
public final class MonitorApi implements HttpService {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int EVENTS_MAX = 200;
  private static final int EVENTS_USUAL = 50;

  /// How long the first who looks waits for the past.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /// The step of each window, by minutes.
  private static final Map<Integer, Duration> STEPS =
      Map.of(
          5, Duration.ofSeconds(10),
          10, Duration.ofSeconds(20),
          30, Duration.ofMinutes(1),
          60, Duration.ofMinutes(2),
          120, Duration.ofMinutes(4));

  private final Applications applications;
  private final Devices devices;
  private final SeriesStore store;
  private final FleetReader fleet;
  private final InstantSource clock;

  public MonitorApi(
      Applications applications,
      Devices devices,
      SeriesStore store,
      FleetReader fleet,
      InstantSource clock) {
    this.fleet = fleet;
    this.applications = applications;
    this.devices = devices;
    this.store = store;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/applications/{id}/monitor", this::monitor)
        .get("/api/applications/{id}/events", this::events);
  }

  private Application application(ServerRequest request) {
    return applications
        .find(request.path().pathParameters().get("id"))
        .orElseThrow(() -> ProblemException.notFound("there is no such application"));
  }

  private void events(ServerRequest request, ServerResponse response) throws IOException {
    Application application = application(request);
    QueryForm form = new QueryForm(request);
    String type = form.text("type");
    int limit = form.number("limit", 1, EVENTS_MAX, EVENTS_USUAL);
    form.check();
    if (type != null && !application.deviceTypes().contains(type)) {
      throw ProblemException.of(
          403, "Not registered", "the application is not registered for this device type");
    }
    List<StoredEvent> newest = new ArrayList<>();
    for (String each : type == null ? application.deviceTypes() : List.of(type)) {
      newest.addAll(store.events(ofType(each, limit)).events());
    }
    newest.sort(Comparator.comparing(StoredEvent::time).reversed());
    ByteArrayOutputStream out = new ByteArrayOutputStream(32_768);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("items");
      for (StoredEvent event : newest.subList(0, Math.min(limit, newest.size()))) {
        EventApi.write(json, event);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private static EventQuery ofType(String type, int limit) {
    return new EventQuery(null, type, null, null, null, null, null, limit);
  }

  private void monitor(ServerRequest request, ServerResponse response)
      throws IOException, InterruptedException {
    Application application = application(request);
    QueryForm form = new QueryForm(request);
    int minutes = form.number("minutes", 5, 120, 30);
    Duration step = STEPS.getOrDefault(minutes, Duration.ZERO);
    if (step.isZero()) {
      form.wrong("minutes", "must be 5, 10, 30, 60 or 120");
    }
    form.check();
    Instant to = clock.instant();
    Instant from = startOfStep(to.minus(Duration.ofMinutes(minutes)), step);
    FleetFigures figures = fleet.figures(from);
    Instant since = figures.since(from, PATIENCE);
    ByteArrayOutputStream out = new ByteArrayOutputStream(32_768);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("from", from.toString());
      json.writeStringField("to", to.toString());
      json.writeNumberField("step_seconds", step.toSeconds());
      json.writeNumberField("devices", deviceCount(application));
      json.writeStringField("measured_since", between(from, since, to).toString());
      writeKinds(json, kinds(application, from, to));
      writeMetrics(json, FleetMetrics.of(figures.buckets(application.deviceTypes(), from, step)));
      json.writeNumberField("values_left_out", figures.leftOut());
      json.writeEndObject();
    }
    send(response, out);
  }

  private static Instant startOfStep(Instant time, Duration step) {
    return Instant.ofEpochSecond(
        time.getEpochSecond() - Math.floorMod(time.getEpochSecond(), step.toSeconds()));
  }

  private static Instant between(Instant from, Instant time, Instant to) {
    return time.isBefore(from) ? from : time.isAfter(to) ? to : time;
  }

  private long deviceCount(Application application) {
    return application.deviceTypes().stream()
        .mapToLong(type -> devices.count(new DeviceQuery(type, null, null, null, 0, 1)))
        .sum();
  }

  private Map<String, Long> kinds(Application application, Instant from, Instant to) {
    Map<String, Long> kinds = new TreeMap<>();
    for (String type : application.deviceTypes()) {
      store.kinds(type, from, to).forEach((kind, count) -> kinds.merge(kind, count, Long::sum));
    }
    return kinds;
  }

  private static void writeKinds(JsonGenerator json, Map<String, Long> kinds) throws IOException {
    json.writeObjectFieldStart("kinds");
    for (Map.Entry<String, Long> kind : kinds.entrySet()) {
      json.writeNumberField(kind.getKey(), kind.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("events", kinds.values().stream().mapToLong(Long::longValue).sum());
  }

  private static void writeMetrics(JsonGenerator json, FleetMetrics found) throws IOException {
    json.writeArrayFieldStart("metrics");
    for (List<FleetBucket> metric : found.metrics()) {
      writeMetric(json, metric);
    }
    json.writeEndArray();
    json.writeNumberField("metrics_left_out", found.leftOut());
  }

  private static void writeMetric(JsonGenerator json, List<FleetBucket> steps) throws IOException {
    json.writeStartObject();
    json.writeStringField("metric", steps.getFirst().metric());
    json.writeStringField("unit", steps.getFirst().unit());
    json.writeNumberField("min", steps.stream().mapToDouble(FleetBucket::min).min().orElse(0));
    json.writeNumberField("max", steps.stream().mapToDouble(FleetBucket::max).max().orElse(0));
    json.writeNumberField("count", FleetMetrics.count(steps));
    json.writeArrayFieldStart("times");
    for (FleetBucket step : steps) {
      json.writeNumber(step.start().getEpochSecond());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("averages");
    for (FleetBucket step : steps) {
      json.writeNumber(step.average());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void send(ServerResponse response, ByteArrayOutputStream out) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(out.toByteArray());
  }
}
