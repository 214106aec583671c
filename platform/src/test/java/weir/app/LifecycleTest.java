package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Listener;
import weir.testkit.PlatformProcess;

/// Changes of devices as stock MQTT clients hear of them.
class LifecycleTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String EVENTS = "energy/events/devices/+/+";

  @TempDir Path folder;

  @Test
  void tellsOfACreationAChangeAndADeletionInOrder() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, Map.of("lifecycle.grace", "0s"));
        Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
      platform.post(
          "/api/devices",
          """
                   {"id":"hall-1","name":"HVAC Unit 1","type":"hvac","location":"Building A - Floor 2",
          "status":"online","base_power":30.5,"base_voltage":400}\
          """);
      platform.send("PATCH", "/api/devices/hall-1", "{\"name\":\"HVAC Unit 2\"}");
      platform.send("DELETE", "/api/devices/hall-1", "");

      String topic = "energy/events/devices/hall-1/device.";
      Awaitility.await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(listener.topicsOf("hall-1"))
                      .containsExactly(topic + "created", topic + "updated", topic + "deleted"));
      JsonNode created = JSON.readTree(listener.payload(topic + "created"));
      assertThat(created.path("event_type").asText()).isEqualTo("device.created");
      assertThat(created.path("device_id").asText()).isEqualTo("hall-1");
      assertThat(created.path("timestamp").asText()).endsWith("Z");
      assertThat(Instant.parse(created.path("timestamp").asText())).isBefore(Instant.now());
      assertThat(created.path("metadata").path("source").asText())
          .isEqualTo("data-ingestion-service");
      JsonNode data = created.path("device_data");
      assertThat(data.path("id").asText()).isEqualTo("hall-1");
      assertThat(data.path("type").asText()).isEqualTo("hvac");
      assertThat(data.path("status").asText()).isEqualTo("offline");
      assertThat(data.has("last_seen")).isTrue();
      assertThat(data.path("last_seen").isNull()).isTrue();
      assertThat(data.path("base_power").asDouble()).isEqualTo(30.5);
      assertThat(data.path("base_voltage").asDouble()).isEqualTo(400);
      JsonNode deleted = JSON.readTree(listener.payload(topic + "deleted"));
      assertThat(deleted.path("device_data").path("name").asText()).isEqualTo("HVAC Unit 2");
    }
  }

  @Test
  void aDeviceWithoutAnIdGetsOneAndTheTopicPrefixIsASetting() throws Exception {
    Map<String, String> settings =
        Map.of("lifecycle.topic-prefix", "plant/devices", "lifecycle.grace", "0s");
    try (TestPlatform platform = new TestPlatform(folder, settings);
        Listener listener = new Listener(platform.mqttPort(), "plant/devices/+/+")) {
      JsonNode device =
          JSON.readTree(
              platform.post("/api/devices", "{\"name\":\"Lamp\",\"type\":\"lighting\"}").body());

      String id = device.path("id").asText();
      assertThat(id).hasSize(36);
      Awaitility.await()
          .atMost(SOON)
          .until(() -> listener.topicsOf(id).contains("plant/devices/" + id + "/device.created"));
    }
  }

  @Test
  void namesEveryFieldThatIsWrong() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, Map.of())) {
      var answer =
          platform.post("/api/devices", "{\"name\":7,\"type\":\"nosuch\",\"base_voltage\":5000}");
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(JSON.readTree(answer.body()).path("errors").findValuesAsText("field"))
          .containsExactlyInAnyOrder("name", "type", "base_voltage");
    }
  }

  @Test
  void losesNoEventOfABurstToASubscriberThatKeepsUp() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, Map.of("lifecycle.grace", "0s"));
        Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
      StringBuilder rows = new StringBuilder();
      for (int i = 0; i < 10_000; i++) {
        rows.append("{\"id\":\"burst-").append(i).append("\",\"type\":\"meter\"}\n");
      }
      platform.send("POST", "/api/devices/import", "application/x-ndjson", rows.toString());

      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  listener.topics().stream().filter(t -> t.contains("/burst-")).count() >= 10_000);
      assertThat(listener.topics()).doesNotHaveDuplicates();
    }
  }

  @Test
  void noEventIsMissingAfterAKill() throws Exception {
    killBetweenCommitAndPublish(1);
  }

  @Test
  @Tag("long")
  void noEventIsMissingAfterTwentyKills() throws Exception {
    killBetweenCommitAndPublish(20);
  }

  /// The subscriber comes back when the grace is over.
  @Test
  void whatWasChangedAndNotToldYetIsToldInOrderAfterAKill() throws Exception {
    Map<String, List<String>> expected = new HashMap<>();
    try (PlatformProcess platform =
        new PlatformProcess(folder, Map.of("WEIR_LIFECYCLE_GRACE", "5s"))) {
      try (Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
        for (int i = 0; i < 9; i++) {
          change(platform, "grace-" + i % 3, expected);
        }
        assertThat(listener.heard()).as("nothing is told within the grace").isEmpty();
      }

      platform.kill();
      platform.start();
      Instant later = Instant.now().plusSeconds(7);
      Awaitility.await().until(() -> Instant.now().isAfter(later));

      try (Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
        awaitTold(listener, expected);
        assertInOrder(listener, expected, "killed before anything was told");
      }
    }
  }

  /// Kills right after an answer, while what was changed is on its way to the subscriber.
  private void killBetweenCommitAndPublish(int kills) throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<String, List<String>> expected = new HashMap<>();
    try (PlatformProcess platform = new PlatformProcess(folder, Map.of());
        Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
      for (int kill = 0; kill < kills; kill++) {
        change(platform, "witness-" + kill, expected);
        awaitTold(listener, expected);
        int changes = 1 + random.nextInt(12);
        for (int i = 0; i < changes; i++) {
          change(platform, "kill-" + kill + "-" + i % 4, expected);
        }
        platform.kill();
        platform.start();
      }
      awaitTold(listener, expected);
      assertInOrder(listener, expected, "seed " + seed);
    }
  }

  /// Creates the device, or gives it the next name.
  private static void change(
      PlatformProcess platform, String id, Map<String, List<String>> expected) throws Exception {
    List<String> names = expected.computeIfAbsent(id, any -> new ArrayList<>());
    String name = "name " + names.size();
    String json = "{\"id\":\"%s\",\"type\":\"sensor\",\"name\":\"%s\"}".formatted(id, name);
    HttpResponse<String> answer =
        names.isEmpty()
            ? platform.post("/api/devices", json)
            : platform.send("PATCH", "/api/devices/" + id, "{\"name\":\"" + name + "\"}");
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    names.add(name);
  }

  private static void awaitTold(Listener listener, Map<String, List<String>> expected) {
    Awaitility.await("every change to be told")
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              Map<String, List<String>> told = told(listener);
              expected.forEach((id, names) -> assertThat(told.get(id)).containsAll(names));
            });
  }

  /// The names that each device was told to have, in the order heard.
  private static Map<String, List<String>> told(Listener listener) throws IOException {
    Map<String, List<String>> told = new HashMap<>();
    for (Listener.Heard heard : listener.heard()) {
      JsonNode device = JSON.readTree(heard.payload()).path("device_data");
      told.computeIfAbsent(device.path("id").asText(), any -> new ArrayList<>())
          .add(device.path("name").asText());
    }
    return told;
  }

  /// Some may come twice, but none before one that was before it.
  private static void assertInOrder(
      Listener listener, Map<String, List<String>> expected, String description)
      throws IOException {
    Map<String, List<String>> told = told(listener);
    expected.forEach(
        (id, names) -> {
          List<String> heard = told.getOrDefault(id, List.of());
          assertThat(heard.stream().distinct().toList()).as(description).isEqualTo(names);
          assertThat(heard.getLast()).as(description).isEqualTo(names.getLast());
        });
  }

  @Test
  void eventsComeInOrderAfterTheBrokerWasAway() throws Exception {
    takeTheBrokerAway(Duration.ofSeconds(3));
  }

  @Test
  @Tag("long")
  void eventsComeInOrderAfterTheBrokerWasAwayForAMinute() throws Exception {
    takeTheBrokerAway(Duration.ofSeconds(60));
  }

  private void takeTheBrokerAway(Duration time) throws Exception {
    Map<String, List<String>> expected = new HashMap<>();
    try (TestPlatform platform = new TestPlatform(folder, Map.of("lifecycle.grace", "0s"));
        Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
      platform.platform.broker().orElseThrow().stop();
      Instant end = Instant.now().plus(time);
      for (int i = 0; Instant.now().isBefore(end); i++) {
        String id = "away-" + i % 3;
        List<String> names = expected.computeIfAbsent(id, any -> new ArrayList<>());
        String name = "name " + names.size();
        platform.send(
            names.isEmpty() ? "POST" : "PATCH",
            names.isEmpty() ? "/api/devices" : "/api/devices/" + id,
            names.isEmpty()
                ? "{\"id\":\"%s\",\"type\":\"sensor\",\"name\":\"%s\"}".formatted(id, name)
                : "{\"name\":\"" + name + "\"}");
        names.add(name);
        Awaitility.await().pollDelay(Duration.ofMillis(100)).until(() -> true);
      }
      assertThat(listener.topics()).noneMatch(topic -> topic.contains("away-"));
      platform.platform.broker().orElseThrow().start();

      awaitTold(listener, expected);
      assertInOrder(listener, expected, "after " + time);
    }
  }
}
