package weir.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `GET /health` with every part, `/health/live` while the process runs, `/health/ready` once
/// messages are accepted and questions answered. 503 when a part is not well.
final class HealthApi implements HttpService {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Health health;

  HealthApi(Health health) {
    this.health = health;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/health/live", (request, response) -> send(response, 200, Map.of("status", "up")))
        .get("/health/ready", (request, response) -> answer(response))
        .get("/health", (request, response) -> answer(response));
  }

  private void answer(ServerResponse response) throws IOException {
    List<Health.Part> now = health.parts();
    boolean well = now.stream().allMatch(Health.Part::well);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", well ? "healthy" : "degraded");
    Map<String, Object> each = new LinkedHashMap<>();
    for (Health.Part part : now) {
      Map<String, String> state = new LinkedHashMap<>();
      state.put("status", part.well() ? "healthy" : "unhealthy");
      if (!part.well()) {
        state.put("error", part.error());
      }
      each.put(part.name(), state);
    }
    body.put("parts", each);
    send(response, well ? 200 : 503, body);
  }

  private static void send(ServerResponse response, int status, Object body) throws IOException {
    response.status(Status.create(status));
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(JSON.writeValueAsBytes(body));
  }
}
