package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.fleet.FaultRates;
import weir.fleet.Fleet;
import weir.fleet.FleetSettings;
import weir.fleet.Mix;
import weir.fleet.Target;
import weir.fleet.Tempo;
import weir.testkit.Listener;
import weir.testkit.OpenApiCheck;

/// Commands to stock MQTT clients and to simulated devices.
class CommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final OpenApiCheck OPENAPI = new OpenApiCheck();
  private static final String DEVICES = "/api/devices/";

  /// Behind the topic of the command.
  private static final String ANSWERS = "…/answers";

  @TempDir static Path folder;

  private static TestPlatform platform;

  @BeforeAll
  static void start() {
    platform =
        new TestPlatform(folder, Map.of("simulator.mirror", "true", "lifecycle.grace", "0s"));
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  private static JsonNode send(String device, String body) throws Exception {
    HttpResponse<String> answer = platform.post(DEVICES + device + "/commands", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    check("POST", "/api/devices/{id}/commands", answer);
    return JSON.readTree(answer.body());
  }

  private static JsonNode show(String device, String id) throws Exception {
    HttpResponse<String> answer = platform.get(DEVICES + device + "/commands/" + id);
    check("GET", "/api/devices/{id}/commands/{command}", answer);
    return JSON.readTree(answer.body());
  }

  @Test
  void aStockClientGetsTheCommandAndItsAnswerEndsIt() throws Exception {
    String topic = "energy/devices/mock-hvac-001/commands";
    try (Listener device = new Listener(platform.mqttPort(), topic)) {
      JsonNode sent =
          send(
              "mock-hvac-001",
              "{\"command\":\"set_power\",\"parameters\":{\"power\":12.5},\"wait_seconds\":0}");
      Awaitility.await().atMost(SOON).until(() -> !device.heard().isEmpty());
      JsonNode heard = JSON.readTree(device.heard().getFirst().payload());
      assertThat(device.heard().getFirst().qos()).isEqualTo(1);
      assertThat(heard.path("command").asText()).isEqualTo("set_power");
      assertThat(heard.path("parameters").path("power").asDouble()).isEqualTo(12.5);

      device.publish(
          topic + "/answers",
          "{\"command_id\":\"%s\",\"status\":\"failed\",\"detail\":\"too hot\"}"
              .formatted(heard.path("command_id").asText()));

      String id = sent.path("id").asText();
      Awaitility.await()
          .atMost(SOON)
          .until(() -> show("mock-hvac-001", id).path("state").asText().equals("failed"));
      JsonNode ended = show("mock-hvac-001", id);
      assertThat(ended.path("detail").asText()).isEqualTo("too hot");
      assertThat(ended.path("sent_at").asText()).isNotEmpty();
      HttpResponse<String> history = platform.get(DEVICES + "mock-hvac-001/commands");
      check("GET", "/api/devices/{id}/commands", history);
      assertThat(JSON.readTree(history.body()).path("items").get(0).path("id").asText())
          .isEqualTo(id);
    }
  }

  /// Device, command, parameters, where the command comes and where the answer goes.
  static Stream<Arguments> formsOfCommands() {
    String f2 = "f2-abc123def456";
    return Stream.of(
        arguments("esp32-02", "ping", "{}", "iot/esp32-02/commands", ANSWERS),
        arguments(
            "mock-lighting-001",
            "set_enabled",
            "{\"enabled\":true}",
            "energy/devices/mock-lighting-001/commands",
            ANSWERS),
        arguments("ref_model_12", "ping", "{}", "iot/commands/Refrigerator/ref_model_12", ANSWERS),
        arguments(
            f2,
            "strike",
            "{\"power_flag\":1,\"period\":5}",
            "cmnd/f2-abc123def456/access-control-mode/J1/strike-1",
            "stat/f2-abc123def456/access-control-mode/J1/strike-1"),
        arguments(
            f2,
            "siren",
            "{\"power_flag\":1,\"number\":2,\"connector\":\"J2\"}",
            "cmnd/f2-abc123def456/alarm-mode/J2/siren-2",
            "stat/f2-abc123def456/alarm-mode/J2/siren-2"));
  }

  @ParameterizedTest
  @MethodSource("formsOfCommands")
  void aStockClientWithTheDevicesCredentialIsCommandedAndAnswers(
      String id, String name, String parameters, String topic, String answers) throws Exception {
    String token =
        JSON.readTree(platform.post(DEVICES + id + "/credentials", "{}").body())
            .path("token")
            .asText();
    try (Listener device = Listener.ofDevice(platform.mqttPort(), id, token, topic)) {
      JsonNode sent =
          send(
              id,
              "{\"command\":\"%s\",\"parameters\":%s,\"wait_seconds\":0}"
                  .formatted(name, parameters));
      String command = sent.path("id").asText();
      Awaitility.await().atMost(SOON).until(() -> !device.heard().isEmpty());
      assertThat(device.heard()).extracting(Listener.Heard::topic).containsExactly(topic);
      JsonNode heard = JSON.readTree(device.payload(topic));
      assertThat(heard.path("command_id").asText()).isEqualTo(command);
      if (topic.startsWith("cmnd/")) {
        assertThat(heard.path("power-flag").asInt()).isEqualTo(1);
      } else {
        assertThat(heard.path("command").asText()).isEqualTo(name);
        assertThat(heard.path("parameters")).isEqualTo(JSON.readTree(parameters));
      }

      device.publish(
          answers.equals(ANSWERS) ? topic + "/answers" : answers,
          "{\"command_id\":\"%s\",\"status\":\"acknowledged\"}".formatted(command));

      Awaitility.await()
          .atMost(SOON)
          .until(() -> show(id, command).path("state").asText().equals("acknowledged"));
    }
  }

  @Test
  void waitsInTheQueueUntilTheDeviceComesAndExpiresWhenItDoesNot() throws Exception {
    JsonNode queued = send("breaker-001", "{\"command\":\"ping\",\"wait_seconds\":0}");
    assertThat(queued.path("state").asText()).isEqualTo("queued");
    JsonNode late =
        send("ref_model_12", "{\"command\":\"ping\",\"expires_in_seconds\":1,\"wait_seconds\":5}");
    assertThat(late.path("state").asText()).isEqualTo("expired");
    assertThat(late.path("detail").asText()).isEqualTo("the device was not there");

    try (Listener device = new Listener(platform.mqttPort(), "iot/breaker-001/commands")) {
      Awaitility.await().atMost(SOON).until(() -> !device.heard().isEmpty());
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  show("breaker-001", queued.path("id").asText())
                      .path("state")
                      .asText()
                      .equals("sent"));
    }
  }

  @Test
  void aCommandThatIsSentAndNotAnsweredExpires() throws Exception {
    platform.post("/api/devices", "{\"id\":\"mute\",\"type\":\"http_sensor\"}");
    try (Listener device = new Listener(platform.mqttPort(), "iot/mute/commands")) {
      JsonNode sent =
          send("mute", "{\"command\":\"ping\",\"expires_in_seconds\":1,\"wait_seconds\":10}");

      assertThat(device.heard()).hasSize(1);
      assertThat(sent.path("state").asText()).isEqualTo("expired");
      assertThat(sent.path("detail").asText()).isEqualTo("the device did not answer");
      assertThat(
              JSON.readTree(platform.get(DEVICES + "mute/commands?state=expired").body())
                  .path("items")
                  .get(0))
          .isEqualTo(sent);
      assertThat(
              JSON.readTree(platform.get(DEVICES + "mute/commands?state=sent").body())
                  .path("items"))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"offline", "online"})
  void theEarsOfMirrorsDoNotTakeTheCommandsOfOthers(String status) throws Exception {
    String id = "sleepy-" + status;
    platform.post("/api/devices", "{\"id\":\"" + id + "\",\"type\":\"meter\"}");
    try (Listener gateway = new Listener(platform.mqttPort())) {
      gateway.publish(
          "energy/devices/" + id + "/status",
          "{\"device_id\":\"%s\",\"status\":\"%s\"}".formatted(id, status));
      awaitState(id, status);
    }

    JsonNode command = send(id, "{\"command\":\"ping\",\"wait_seconds\":1}");

    assertThat(command.path("state").asText()).isEqualTo("queued");
    String topic = "energy/devices/" + id + "/commands";
    try (Listener device = new Listener(platform.mqttPort(), topic)) {
      Awaitility.await().atMost(SOON).until(() -> !device.heard().isEmpty());
    }
  }

  @Test
  void refusesWhatADeviceDoesNotKnow() throws Exception {
    String path = DEVICES + "mock-hvac-001/commands";
    assertThat(platform.post(DEVICES + "nobody/commands", "{\"command\":\"ping\"}").statusCode())
        .isEqualTo(404);
    assertThat(platform.post(path, "{\"command\":\"dance\"}").statusCode()).isEqualTo(422);
    HttpResponse<String> wrong =
        platform.post(
            path, "{\"command\":\"set_power\",\"parameters\":{\"power\":\"x\",\"more\":1}}");
    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(JSON.readTree(wrong.body()).path("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("parameters.power", "parameters.more");
    HttpResponse<String> late = platform.post(path, "{\"command\":\"dance\",\"wait_seconds\":99}");
    assertThat(JSON.readTree(late.body()).path("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("command", "wait_seconds");
    assertThat(platform.get(path + "?cursor=nosuch").statusCode()).isEqualTo(422);
    assertThat(platform.get(path + "?state=nosuch").statusCode()).isEqualTo(422);
    HttpResponse<String> known = platform.get("/api/device-types/hvac/commands");
    check("GET", "/api/device-types/{name}/commands", known);
    assertThat(JSON.readTree(known.body()).path("items").findValuesAsText("command"))
        .containsExactly("set_power", "set_enabled", "set_online", "ping");
  }

  @Test
  void commandsThatOthersPublishAreDeliveredAndAreNoDeadLetters() throws Exception {
    try (Listener device =
        new Listener(platform.mqttPort(), "energy/devices/d-9/commands", "stat/#")) {
      device.publish("energy/devices/d-9/commands", "{\"command\":\"ping\"}");
      device.publish("stat/f2-e4fd45f654be/access-control-mode/J1/strike-1", "{}");
      device.publish("energy/devices/d-9/nowhere", "{}");

      Awaitility.await().atMost(SOON).until(() -> device.heard().size() == 2);
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  !JSON.readTree(platform.get("/api/dead-letters?device=d-9").body())
                      .path("items")
                      .isEmpty());
      JsonNode letters =
          JSON.readTree(platform.get("/api/dead-letters?reason=UNKNOWN_TOPIC").body());
      assertThat(letters.path("items").findValuesAsText("path"))
          .containsOnly("energy/devices/d-9/nowhere");
    }
  }

  @Test
  void simulatedDevicesObey() throws Exception {
    Target target =
        Target.local(platform.mqttPort(), platform.platform.httpPort(), Optional.empty());
    FleetSettings settings =
        new FleetSettings(
            new Mix(1, 0, 0, 0, 1, 1, 0, false),
            Tempo.live(7, Instant.now(), Tempo.FOREVER),
            FaultRates.none(),
            target,
            ZoneId.of("UTC"),
            Duration.ofSeconds(5));
    try (Fleet fleet = new Fleet(settings);
        Listener data = new Listener(platform.mqttPort(), "energy/devices/+/data")) {
      fleet.start();
      obeys("f2-e4fd45f654be", "{\"command\":\"strike\",\"parameters\":{\"power_flag\":1}}");
      obeys("f2-e4fd45f654be", "{\"command\":\"siren\",\"parameters\":{\"power_flag\":0}}");
      JsonNode absent =
          send(
              "f2-e4fd45f654be",
              "{\"command\":\"strike\",\"parameters\":{\"power_flag\":1,\"number\":2}}");
      assertThat(absent.path("state").asText()).isEqualTo("failed");
      obeys("breaker-001", "{\"command\":\"ping\"}");

      platform.post("/api/devices", "{\"id\":\"obedient\",\"type\":\"meter\"}");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> data.topics().contains("energy/devices/mock-real-obedient/data"));
      Awaitility.await()
          .atMost(SOON)
          .until(() -> platform.get(DEVICES + "mock-real-obedient").statusCode() == 200);
      obeys(
          "mock-real-obedient",
          "{\"command\":\"set_power\",\"parameters\":{\"power\":90},\"wait_seconds\":20}");
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  JSON.readTree(data.payload("energy/devices/mock-real-obedient/data"))
                          .path("power")
                          .asDouble()
                      > 70);
      obeys(
          "mock-real-obedient", "{\"command\":\"set_enabled\",\"parameters\":{\"enabled\":false}}");
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  JSON.readTree(data.payload("energy/devices/mock-real-obedient/data"))
                          .path("power")
                          .asDouble()
                      == 0);
    }
  }

  @Test
  void aMirrorThatWentOfflineStillObeys() throws Exception {
    try (Listener data = new Listener(platform.mqttPort(), "energy/devices/+/data")) {
      platform.post("/api/devices", "{\"id\":\"moody\",\"type\":\"meter\"}");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> data.topics().contains("energy/devices/mock-real-moody/data"));
      awaitState("mock-real-moody", "online");
      obeys("mock-real-moody", "{\"command\":\"set_online\",\"parameters\":{\"online\":false}}");
      awaitState("mock-real-moody", "offline");

      obeys("mock-real-moody", "{\"command\":\"set_online\",\"parameters\":{\"online\":true}}");
      awaitState("mock-real-moody", "online");
    }
  }

  private static void awaitState(String device, String state) {
    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                JSON.readTree(platform.get(DEVICES + device + "/presence").body())
                    .path("state")
                    .asText()
                    .equals(state));
  }

  @Test
  void aDeviceThatIsMadeAnewDoesNotGetTheCommandsOfTheOneBefore() throws Exception {
    platform.post("/api/devices", "{\"id\":\"door\",\"type\":\"http_sensor\"}");
    send("door", "{\"command\":\"ping\",\"wait_seconds\":0}");
    platform.send("DELETE", "/api/devices/door", "");
    platform.post("/api/devices", "{\"id\":\"door\",\"type\":\"http_sensor\"}");
    JsonNode fresh = send("door", "{\"command\":\"ping\",\"wait_seconds\":0}");
    try (Listener device = new Listener(platform.mqttPort(), "iot/door/commands")) {
      Awaitility.await()
          .atMost(SOON)
          .until(
              () -> show("door", fresh.path("id").asText()).path("state").asText().equals("sent"));
      Awaitility.await().atMost(SOON).until(() -> !device.heard().isEmpty());
      assertThat(device.heard())
          .extracting(heard -> JSON.readTree(heard.payload()).path("command_id").asText())
          .containsExactly(fresh.path("id").asText());
    }
  }

  private static void obeys(String device, String body) throws Exception {
    JsonNode command = send(device, body);
    assertThat(command.path("state").asText()).as("%s", command).isEqualTo("acknowledged");
  }

  private static void check(String method, String path, HttpResponse<String> answer) {
    OPENAPI.check(
        method,
        path,
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(""),
        answer.body().getBytes(StandardCharsets.UTF_8));
  }
}
