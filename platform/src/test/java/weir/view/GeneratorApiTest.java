package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.view.RegistryServer.Answer;

/// Owners, and sample devices with owners and tokens.
class GeneratorApiTest {

  private static final String JSON = "application/json";
  private static final String GENERATE = "/api/devices/generate";

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
  void makesDevicesOfTheApplianceTypesWithOwners() {
    Answer made = server.post(GENERATE, "{\"count\": 60}");

    assertThat(made.status()).isEqualTo(200);
    assertThat(made.json().path("created").asInt()).isEqualTo(60);
    assertThat(made.json().path("owners").asInt()).isEqualTo(60);
    assertThat(made.json().path("tokens")).isEmpty();
    JsonNode device = generated().get(0);
    assertThat(device.path("type").asText())
        .isIn(
            "Refrigerator",
            "Television",
            "AirConditioner",
            "WashingMachine",
            "AirPurifier",
            "Oven");
    assertThat(device.path("model").asText()).isNotEmpty();
    Answer owner = server.get("/api/devices/" + device.path("id").asText() + "/owner");
    assertThat(owner.status()).isEqualTo(200);
    assertThat(owner.json().path("email").asText()).endsWith("@example.com");
    assertThat(owner.json().path("phone").asText()).startsWith("+1-");
    assertThat(server.get("/api/owners?page_size=1").json().path("total").asInt()).isEqualTo(60);
  }

  private List<JsonNode> generated() {
    JsonNode all = server.get("/api/devices?q=nickname_&page_size=1000").json().path("items");
    return all.valueStream().toList();
  }

  @Test
  void theSameSeedMakesNothingTwice() {
    server.post(GENERATE, "{\"count\": 20, \"seed\": 5}");

    Answer again = server.post(GENERATE, "{\"count\": 25, \"seed\": 5}");

    assertThat(again.json().path("created").asInt()).isEqualTo(5);
    assertThat(again.json().path("existing").asInt()).isEqualTo(20);
    assertThat(generated()).hasSize(25);
  }

  @Test
  void aTokenLetsItsDeviceInAndNoOther() {
    JsonNode tokens =
        server.post(GENERATE, "{\"count\": 2, \"tokens\": true}").json().path("tokens");

    assertThat(tokens).hasSize(2);
    String device = tokens.get(0).path("device_id").asText();
    String token = tokens.get(0).path("token").asText();
    assertThat(tokens.get(0).path("is_active").asBoolean()).isTrue();
    assertThat(server.registry.credentials().verify(device, token)).isPresent();
    assertThat(
            server.registry.credentials().verify(tokens.get(1).path("device_id").asText(), token))
        .isEmpty();
  }

  @Test
  void listsPagesAndSendsWhoAsksForTooMuchToTheLastOne() {
    server.post(GENERATE, "{\"count\": 10}");

    JsonNode page = server.get("/devices?page=2&page_size=10").json();

    assertThat(page.path("total").asInt()).isEqualTo(25);
    assertThat(page.path("response")).hasSize(10);
    assertThat(page.fieldNames())
        .toIterable()
        .containsExactly("messageId", "timestamp", "total", "page", "page_size", "response");
    assertThat(page.path("messageId").asText()).matches("[0-9]{22}");
    assertThat(Instant.parse(page.path("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
    assertThat(page.path("response"))
        .allSatisfy(
            device -> {
              assertThat(device.fieldNames())
                  .toIterable()
                  .containsExactly("deviceId", "deviceInfo");
              assertThat(device.path("deviceInfo").fieldNames())
                  .toIterable()
                  .containsExactly("deviceType", "modelName", "alias", "reportable");
            });
    assertThat(page.path("response").get(0).path("deviceInfo").path("alias").asText()).isNotEmpty();
    Answer beyond = server.get("/devices?page=9&page_size=10");
    assertThat(beyond.status()).isEqualTo(302);
    assertThat(beyond.header("Location")).isEqualTo("/devices?page=3&page_size=10");
    assertThat(server.get("/devices?page_size=1001").status()).isEqualTo(422);
  }

  @Test
  void namesWhatIsWrongWithAWish() {
    Answer refused =
        server.post(GENERATE, "{\"count\": 0, \"seed\": \"x\", \"owners\": 1, \"more\": 1}");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().path("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("count", "seed", "owners", "more");
    assertThat(server.post(GENERATE, "{}").json().path("errors").get(0).path("field").asText())
        .isEqualTo("count");
  }

  @Test
  void anOwnerIsEnteredChangedAndDeleted() {
    Answer created =
        server.post("/api/owners", "{\"name\": \"Ada Example\", \"email\": \"ada@example.com\"}");
    assertThat(created.status()).isEqualTo(201);
    String path = created.header("Location");

    Answer changed = server.send("PATCH", path, JSON, "{\"phone\": \"+1-555-0100\"}");
    assertThat(changed.json().path("email").asText()).isEqualTo("ada@example.com");
    assertThat(server.get(path).json().path("phone").asText()).isEqualTo("+1-555-0100");
    assertThat(server.get("/api/owners?q=ADA").json().path("items")).hasSize(1);
    assertThat(server.send("PATCH", path, JSON, "{\"email\": \"no\"}").status()).isEqualTo(422);

    String id = created.json().path("id").asText();
    server.send("PATCH", "/api/devices/esp32-01", JSON, "{\"owner\": \"" + id + "\"}");
    assertThat(server.delete(path).status()).isEqualTo(409);
    server.send("PATCH", "/api/devices/esp32-01", JSON, "{\"owner\": null}");
    assertThat(server.delete(path).status()).isEqualTo(204);
    assertThat(server.get(path).status()).isEqualTo(404);
    assertThat(server.get("/api/devices/esp32-01/owner").status()).isEqualTo(404);
  }

  @Test
  @Tag("long")
  void makesAHundredThousandWithOwnersInTwentySeconds() {
    long start = System.nanoTime();
    Answer made = server.post(GENERATE, "{\"count\": 100000}");
    Duration taken = Duration.ofNanos(System.nanoTime() - start);

    assertThat(made.json().path("created").asInt()).isEqualTo(100_000);
    System.out.println("100,000 devices with owners took " + taken);
    assertThat(taken).isLessThan(Duration.ofSeconds(20));
  }
}
