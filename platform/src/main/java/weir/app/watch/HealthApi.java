package weir.app.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `GET /health` with every part; 503 when one is not well. `/health/live` while the process runs;
/// `/health/ready` while others should come to it, whatever is wrong behind its doors.
/// `/containers` is what runs, `/connectivity` a round trip to each part made for the asker,
/// `/system` the machine.
public final class HealthApi implements HttpService {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Health health;
  private final Containers containers;
  private final Machine machine;
  private final InstantSource clock;

  public HealthApi(Health health, Containers containers, Machine machine, InstantSource clock) {
    this.health = health;
    this.containers = containers;
    this.machine = machine;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/health/live", (request, response) -> send(response, 200, Map.of("status", "up")))
        .get("/health/ready", (request, response) -> tell(response, health.needed()))
        .get("/health", (request, response) -> tell(response, health.parts()))
        .get("/containers", this::containers)
        .get("/connectivity", this::connectivity)
        .get("/system", this::system);
  }

  private void tell(ServerResponse response, List<Health.Part> now) throws IOException {
    boolean well = now.stream().allMatch(Health.Part::well);
    Map<String, Object> body = body(well ? "healthy" : "degraded");
    Map<String, Object> each = new LinkedHashMap<>();
    now.forEach(part -> each.put(part.name(), state(part)));
    body.put("parts", each);
    send(response, well ? 200 : 503, body);
  }

  private Map<String, Object> body(String status) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", status);
    body.put("timestamp", clock.instant().toString());
    return body;
  }

  private static Map<String, Object> state(Health.Part part) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("status", part.well() ? "healthy" : "unhealthy");
    if (part.latency() != null) {
      state.put("latency_ms", millis(part.latency()));
    }
    if (!part.well()) {
      state.put("error", part.error());
    }
    if (part.last() != null) {
      state.put("last_error", part.last().error());
      state.put("last_error_at", part.last().at().toString());
    }
    return state;
  }

  private void containers(ServerRequest request, ServerResponse response) throws IOException {
    Map<String, Map<String, Object>> all = containers.list(health.parts());
    long running = all.values().stream().filter(one -> one.get("running") == Boolean.TRUE).count();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("running", running);
    body.put("total", all.size());
    body.put("containers", all);
    send(response, 200, body);
  }

  private void connectivity(ServerRequest request, ServerResponse response) throws Exception {
    List<RoundTrips.Answer> answers = health.reach();
    boolean well = answers.stream().allMatch(answer -> answer.error().isEmpty());
    Map<String, Object> body = body(well ? "healthy" : "degraded");
    Map<String, Object> each = new LinkedHashMap<>();
    for (RoundTrips.Answer answer : answers) {
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("status", answer.error().isEmpty() ? "healthy" : "unhealthy");
      state.put("latency_ms", millis(answer.took()));
      if (!answer.error().isEmpty()) {
        state.put("error", answer.error());
      }
      each.put(answer.name(), state);
    }
    body.put("services", each);
    send(response, well ? 200 : 503, body);
  }

  private void system(ServerRequest request, ServerResponse response) throws IOException {
    Machine.Room memory = machine.memory();
    Machine.Room disk = machine.disk();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put(
        "cpu",
        Map.of("percent", rounded(machine.processorPercent()), "count", machine.processors()));
    body.put(
        "memory",
        Map.of(
            "total", memory.total(),
            "available", memory.free(),
            "used", memory.used(),
            "percent", rounded(memory.percent())));
    body.put(
        "disk",
        Map.of(
            "total", disk.total(),
            "free", disk.free(),
            "used", disk.used(),
            "percent", rounded(disk.percent())));
    send(response, 200, body);
  }

  private static double millis(Duration duration) {
    return rounded(duration.toNanos() / 1e6);
  }

  static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private static void send(ServerResponse response, int status, Object body) throws IOException {
    response.status(Status.create(status));
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(JSON.writeValueAsBytes(body));
  }
}
