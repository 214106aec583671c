package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.OpenApiCheck;

/// What the health pages say of a real platform.
class HealthFamilyTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final OpenApiCheck OPENAPI = new OpenApiCheck();

  @TempDir static Path folder;

  private static TestPlatform weir;

  @BeforeAll
  static void start() {
    weir = new TestPlatform(folder, Map.of());
  }

  @AfterAll
  static void stop() {
    weir.close();
  }

  private static JsonNode get(String path, int status) throws Exception {
    HttpResponse<String> answer = weir.get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    OPENAPI.check(
        "GET",
        path,
        status,
        answer.headers().firstValue("Content-Type").orElse(""),
        answer.body().getBytes(StandardCharsets.UTF_8));
    return JSON.readTree(answer.body());
  }

  @Test
  void makesARoundTripToEveryPart() throws Exception {
    JsonNode services = get("/connectivity", 200).path("services");

    assertThat(services.properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder("log", "series store", "registry", "mqtt");
    assertThat(services.path("mqtt").path("latency_ms").asDouble()).isPositive();
    assertThat(get("/health", 200).at("/parts/log/latency_ms").asDouble()).isPositive();
  }

  @Test
  void listsTheProcessAndItsParts() throws Exception {
    JsonNode answer = get("/containers", 200);

    assertThat(answer.path("running")).isEqualTo(answer.path("total"));
    JsonNode process = answer.at("/containers/weir");
    assertThat(process.path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
    assertThat(process.path("role").asText()).contains("gateway", "view");
    assertThat(process.path("memory_usage").asLong()).isPositive();
    for (String part : new String[] {"log", "pipeline", "series writer", "series store", "doors"}) {
      JsonNode figures = answer.path("containers").path(part);
      assertThat(figures.path("running").asBoolean()).as(part).isTrue();
      assertThat(figures.path("cpu_seconds").asDouble()).as(part).isPositive();
    }
  }

  @Test
  void tellsOfTheMachine() throws Exception {
    JsonNode machine = get("/system", 200);

    assertThat(machine.at("/cpu/count").asInt()).isPositive();
    for (String room : new String[] {"memory", "disk"}) {
      assertThat(machine.path(room).path("used").asLong())
          .isPositive()
          .isLessThan(machine.path(room).path("total").asLong());
      assertThat(machine.path(room).path("percent").asDouble()).isBetween(0.0, 100.0);
    }
  }

  @Test
  void remembersThatTheLogWasAway() throws Exception {
    weir.platform.broker().orElseThrow().stop();
    JsonNode away = get("/connectivity", 503);
    assertThat(away.at("/services/log/error").asText()).isNotEmpty();
    assertThat(away.at("/services/registry/status").asText()).isEqualTo("healthy");
    assertThat(get("/health", 503).at("/parts/log/error").asText()).contains("the broker is down");

    weir.platform.broker().orElseThrow().start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> weir.get("/health").statusCode() == 200);
    JsonNode log = get("/health", 200).at("/parts/log");
    assertThat(log.path("last_error").asText()).isNotEmpty();
    assertThat(log.path("error").asText()).isEmpty();
    assertThat(get("/containers", 200).at("/containers/log/restart_count").asInt()).isEqualTo(1);
  }
}
