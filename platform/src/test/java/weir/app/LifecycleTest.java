package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
           "base_power":30.5,"base_voltage":400}""");
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
    killBetweenCommitAndPublish(3);
  }

  @Test
  @Tag("long")
  void noEventIsMissingAfterTwentyKills() throws Exception {
    killBetweenCommitAndPublish(20);
  }

  private void killBetweenCommitAndPublish(int kills) throws Exception {
    Set<String> created = new HashSet<>();
    try (PlatformProcess platform = new PlatformProcess(folder, Map.of());
        Listener listener = new Listener(platform.mqttPort(), EVENTS)) {
      for (int kill = 0; kill < kills; kill++) {
        for (int i = 0; i < 5; i++) {
          String id = "kill-" + kill + "-" + i;
          var answer = platform.post("/api/devices", "{\"id\":\"" + id + "\",\"type\":\"sensor\"}");
          assertThat(answer.statusCode()).isEqualTo(201);
          created.add("energy/events/devices/" + id + "/device.created");
        }
        platform.kill();
        platform.start();
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> new HashSet<>(listener.topics()).containsAll(created));
      List<String> firsts = new ArrayList<>();
      listener.topics().stream()
          .filter(created::contains)
          .forEach(
              topic -> {
                if (!firsts.contains(topic)) {
                  firsts.add(topic);
                }
              });
      assertThat(firsts).hasSameSizeAs(created);
    }
  }
}
