package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceId;
import weir.view.RegistryServer.Answer;

class RegistryApiTest {

  private static final String JSON = "application/json";

  @TempDir private Path folder;
  private RegistryServer server;

  @BeforeEach
  void start() {
    server = new RegistryServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aDeviceIsCreatedShownChangedAndDeleted() {
    Answer created =
        server.post(
            "/api/devices",
            """
            {"id": "pump-1", "type": "industrial", "name": "Pump", "location": "Hall 2"}
            """);
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("Location")).isEqualTo("/api/devices/pump-1");
    assertThat(created.header("ETag")).isEqualTo("\"1\"");

    Answer changed = server.send("PUT", "/api/devices/pump-1", JSON, "{\"name\": \"Pump A\"}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.header("ETag")).isEqualTo("\"2\"");

    JsonNode shown = server.get("/api/devices/pump-1").json();
    assertThat(shown.get("name").asText()).isEqualTo("Pump A");
    assertThat(shown.get("location").asText()).isEqualTo("Hall 2");
    assertThat(shown.get("created_at").asText()).endsWith("Z");

    assertThat(server.delete("/api/devices/pump-1").status()).isEqualTo(204);
    assertThat(server.get("/api/devices/pump-1").status()).isEqualTo(404);
    assertThat(server.delete("/api/devices/pump-1").status()).isEqualTo(404);
  }

  @Test
  void whatWasShownCanBeSentBack() {
    Answer shown = server.get("/api/devices/mock-hvac-001");
    Answer sentBack =
        server.send("PUT", "/api/devices/mock-hvac-001", JSON, shown.response().body());
    assertThat(sentBack.status()).isEqualTo(200);
    assertThat(sentBack.json()).isEqualTo(shown.json());
  }

  @Test
  void aChangeToAnOldVersionIsRefused() {
    String path = "/api/devices/breaker-001";
    assertThat(server.send("PATCH", path, JSON, "{\"name\": \"A\"}", "If-Match", "\"1\"").status())
        .isEqualTo(200);
    Answer late = server.send("PATCH", path, JSON, "{\"name\": \"B\"}", "If-Match", "\"1\"");
    assertThat(late.status()).isEqualTo(412);
    assertThat(late.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(server.send("PATCH", path, JSON, "{}", "If-Match", "W/\"x\"").status())
        .isEqualTo(412);
    assertThat(server.get(path).json().get("name").asText()).isEqualTo("A");
  }

  @Test
  void aKnownVersionIsNotSentAgain() {
    Answer answer =
        server.send(
            server
                .request("/api/devices/breaker-001")
                .header("Authorization", "Bearer " + RegistryServer.TOKEN)
                .header("If-None-Match", "\"1\""));
    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.response().body()).isEmpty();
  }

  @Test
  void aDuplicateIsAConflict() {
    Answer answer =
        server.post("/api/devices", "{\"id\": \"esp32-01\", \"type\": \"http_sensor\"}");
    assertThat(answer.status()).isEqualTo(409);
  }

  @Test
  void everyWrongFieldIsNamed() {
    Answer answer =
        server.post(
            "/api/devices", "{\"id\": \"a/b\", \"type\": 7, \"enabled\": \"yes\", \"x\": 1}");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.json().get("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("id", "type", "enabled", "x");
  }

  @Test
  void whatIsNotJsonIsRefusedBeforeItIsRead() {
    assertThat(server.send("POST", "/api/devices", "text/plain", "{}").status()).isEqualTo(415);
    assertThat(server.post("/api/devices", "{\"id\": ").status()).isEqualTo(400);
    assertThat(server.post("/api/devices", "[]").status()).isEqualTo(400);
    assertThat(server.post("/api/devices", "{\"id\": \"a\", \"id\": \"b\"}").status())
        .isEqualTo(400);
    assertThat(server.post("/api/devices", " ".repeat(300_000)).status()).isEqualTo(413);
    assertThat(server.send("PATCH", "/api/devices", JSON, "{}").status()).isEqualTo(405);
  }

  @Test
  void aListIsPagedByNumberAndByCursor() {
    JsonNode second = server.get("/api/devices?page=2&page_size=10").json();
    assertThat(second.get("items")).hasSize(5);
    assertThat(second.get("total").asInt()).isEqualTo(15);
    assertThat(second.get("next_cursor").isNull()).isTrue();

    List<String> ids = new ArrayList<>();
    String path = "/api/devices?page_size=4";
    while (!path.isEmpty()) {
      JsonNode page = server.get(path).json();
      page.get("items").forEach(item -> ids.add(item.get("id").asText()));
      JsonNode cursor = page.get("next_cursor");
      path = cursor.isNull() ? "" : "/api/devices?page_size=4&cursor=" + cursor.asText();
    }
    assertThat(ids).hasSize(15).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void aListIsFiltered() {
    assertThat(server.get("/api/devices?type=AirConditioner").json().get("total").asInt())
        .isEqualTo(2);
    assertThat(server.get("/api/devices?q=building").json().get("total").asInt()).isEqualTo(1);
    server.send("PATCH", "/api/devices/esp32-02", JSON, "{\"enabled\": false}");
    assertThat(server.get("/api/devices?enabled=false").json().get("items").findValuesAsText("id"))
        .containsExactly("esp32-02");
    Answer wrong = server.get("/api/devices?page_size=0&enabled=maybe&colour=red");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.json().get("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("page_size", "enabled", "colour");
  }

  @Test
  void aDeviceTypeIsCreatedChangedAndDeleted() {
    Answer created =
        server.post(
            "/api/device-types",
            """
            {"name": "pump", "retention_policy": "2_weeks", "measurements":
              {"flow": {"unit": "l/s", "fields": {"value": {"min": 0, "max": 50}}}}}
            """);
    assertThat(created.status()).isEqualTo(201);
    assertThat(server.registry.directory().type("pump").orElseThrow().field("flow").orElseThrow())
        .hasFieldOrPropertyWithValue("unit", "l/s");
    Answer changed =
        server.send("PATCH", "/api/device-types/pump", JSON, "{\"display_name\": \"Pump\"}");
    assertThat(changed.json().at("/measurements/flow/fields/value/max").asInt()).isEqualTo(50);
    Answer wrong =
        server.send(
            "PATCH",
            "/api/device-types/pump",
            JSON,
            """
            {"retention_policy": "a while", "measurements":
              {"flow": {"fields": {"value": {"min": 9, "max": 1}}}}}
            """);
    assertThat(wrong.json().get("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("retention_policy", "measurements");
    assertThat(server.delete("/api/device-types/pump").status()).isEqualTo(204);
    assertThat(server.delete("/api/device-types/smart_breaker").status()).isEqualTo(409);
    assertThat(server.get("/api/device-types").json().get("total").asInt()).isEqualTo(20);
  }

  @Test
  void aDecodingParameterIsCreatedChangedAndDeleted() {
    String parameter =
        """
        {"device": "F2-ABC123DEF456", "mode": "sensor-mode", "component_type": "sensor",
         "component_id": "3", "encoding": "hex_to_float", "unit": "celsius", "scale": 0.1,
         "width_bits": 16, "signed": true}
        """;
    Answer created = server.post("/api/decoding-parameters", parameter);
    assertThat(created.status()).isEqualTo(201);
    assertThat(server.post("/api/decoding-parameters", parameter).status()).isEqualTo(409);
    String path = created.header("Location");
    assertThat(
            server.send("PATCH", path, JSON, "{\"scale\": 0.01}").json().get("signed").asBoolean())
        .isTrue();
    DeviceId device = new DeviceId("f2-abc123def456");
    assertThat(
            server
                .registry
                .directory()
                .parameter(device, "sensor-mode", "sensor", "3")
                .orElseThrow())
        .hasFieldOrPropertyWithValue("scale", 0.01);
    assertThat(server.get("/api/decoding-parameters?device=f2-abc123def456").json().get("items"))
        .hasSize(4);
    assertThat(server.delete(path).status()).isEqualTo(204);
    assertThat(server.get(path).status()).isEqualTo(404);
    assertThat(server.get("/api/decoding-parameters").json().get("items")).hasSize(10);
  }

  @Test
  void aTokenIsShownOnceAndCanBeRevoked() {
    String path = "/api/devices/esp32-01/credentials";
    Answer issued = server.post(path, "{\"label\": \"lab\"}");
    assertThat(issued.status()).isEqualTo(201);
    assertThat(issued.header("Cache-Control")).isEqualTo("no-store");
    String token = issued.json().get("token").asText();
    assertThat(server.registry.credentials().verify("esp32-01", token)).isPresent();

    Answer listed = server.get(path);
    assertThat(listed.json().get("items")).hasSize(1);
    assertThat(listed.response().body()).contains("\"lab\"").doesNotContain(token, "hash");

    String id = issued.json().get("id").asText();
    assertThat(server.delete(path + "/" + id).status()).isEqualTo(204);
    assertThat(server.registry.credentials().verify("esp32-01", token)).isEmpty();
    assertThat(server.post("/api/devices/none/credentials", "{}").status()).isEqualTo(404);
    assertThat(server.post(path, "{\"expires_at\": \"2001-01-01T00:00:00Z\"}").status())
        .isEqualTo(422);
  }

  @Test
  void applicationsAreShownWithoutKeyAndAddress() {
    Answer all = server.get("/api/applications");
    assertThat(all.json().get("count").asInt()).isEqualTo(3);
    assertThat(all.response().body()).doesNotContain("email", "@", "key");
    Answer breaker = server.get("/api/applications/by-device-type/smart_breaker");
    assertThat(breaker.json().get("device_type").asText()).isEqualTo("smart_breaker");
    assertThat(breaker.json().get("applications").findValuesAsText("name"))
        .containsExactly("Smart Grid Monitor");
    String id = breaker.json().at("/applications/0/id").asText();
    assertThat(server.get("/api/applications/" + id).status()).isEqualTo(200);
    assertThat(server.get("/api/applications/by-device-type/smart").json().get("count").asInt())
        .isZero();
    assertThat(server.get("/api/applications/none").status()).isEqualTo(404);
  }
}
