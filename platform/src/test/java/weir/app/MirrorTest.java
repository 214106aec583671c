package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.fleet.SimulatedDevice;
import weir.testkit.Listener;

/// Registered devices and the simulated ones that stand for them.
class MirrorTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Map<String, String> MIRRORING =
      Map.of("simulator.mirror", "true", "lifecycle.grace", "0s");

  @TempDir Path folder;

  @Test
  void aCreatedDeviceGetsAMirrorThatSpeaksAtOnceFollowsAndGoes() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, MIRRORING);
        Listener listener =
            new Listener(platform.mqttPort(), "energy/devices/mock-real-probe/data")) {
      platform.post("/api/devices", "{\"id\":\"probe\",\"type\":\"sensor\",\"name\":\"Probe\"}");

      JsonNode first = next(listener, 1);
      assertThat(first.path("device_id").asText()).isEqualTo("mock-real-probe");
      assertThat(first.path("voltage").asDouble()).isBetween(9.0, 15.0);
      assertThat(first.path("device_type").asText()).isEqualTo("sensor");

      platform.send(
          "PATCH",
          "/api/devices/probe",
          "{\"name\":\"Renamed\",\"type\":\"industrial\",\"base_power\":50}");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> mirror(platform, "mock-real-probe").name().equals("Renamed"));
      int heard = listener.heard().size();
      JsonNode changed = next(listener, heard + 1);
      assertThat(changed.path("voltage").asDouble()).isBetween(300.0, 600.0);
      assertThat(changed.path("power").asDouble()).isGreaterThan(30);
      assertThat(changed.path("status").asText()).isEqualTo("online");

      platform.send("PATCH", "/api/devices/probe", "{\"enabled\":false}");
      Awaitility.await().atMost(SOON).until(() -> !mirror(platform, "mock-real-probe").enabled());

      platform.send("DELETE", "/api/devices/probe", "");
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  mirrors(platform).stream()
                      .noneMatch(device -> device.id().equals("mock-real-probe")));
    }
  }

  @Test
  void mirrorsWhatWasRegisteredWhileItWasDownAndForgetsWhatWasDeleted() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, Map.of("lifecycle.grace", "0s"))) {
      platform.post("/api/devices", "{\"id\":\"before\",\"type\":\"meter\"}");
      platform.post("/api/devices", "{\"id\":\"gone\",\"type\":\"meter\"}");
      platform.send("DELETE", "/api/devices/gone", "");
      Simulation simulation = platform.platform.simulation().orElseThrow();
      simulation.mirror(true);
      Awaitility.await()
          .atMost(SOON)
          .until(() -> mirrors(platform).stream().anyMatch(d -> d.id().equals("mock-real-before")));
      assertThat(mirrors(platform))
          .extracting(SimulatedDevice::mirrorOf)
          .contains("before")
          .doesNotContain("gone", "mock-hvac-001");

      simulation.mirror(false);
      platform.send("DELETE", "/api/devices/before", "");
      simulation.mirror(true);
      Awaitility.await().atMost(SOON).until(() -> !mirrors(platform).isEmpty());
      assertThat(mirrors(platform)).extracting(SimulatedDevice::mirrorOf).doesNotContain("before");
    }
  }

  @Test
  void createsAndDeletesInQuickSuccessionEndTheRightWayRound() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, MIRRORING)) {
      for (int i = 0; i < 20; i++) {
        platform.post("/api/devices", "{\"id\":\"flash-" + i + "\",\"type\":\"meter\"}");
        platform.send("DELETE", "/api/devices/flash-" + i, "");
      }
      platform.post("/api/devices", "{\"id\":\"stays\",\"type\":\"meter\"}");

      Awaitility.await()
          .atMost(SOON)
          .until(() -> mirrors(platform).stream().anyMatch(d -> d.id().equals("mock-real-stays")));
      assertThat(mirrors(platform)).noneMatch(device -> device.id().contains("flash"));
    }
  }

  @Test
  @Tag("long")
  void tenThousandCreatesInABurstAreAllMirrored() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, MIRRORING)) {
      StringBuilder rows = new StringBuilder();
      for (int i = 0; i < 10_000; i++) {
        rows.append("{\"id\":\"burst-").append(i).append("\",\"type\":\"meter\"}\n");
      }
      platform.send("POST", "/api/devices/import", "application/x-ndjson", rows.toString());

      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  mirrors(platform).stream().filter(d -> d.id().contains("burst")).count()
                      == 10_000);
    }
  }

  private static List<SimulatedDevice> mirrors(TestPlatform platform) {
    return platform.platform.simulation().orElseThrow().devices();
  }

  private static SimulatedDevice mirror(TestPlatform platform, String id) {
    return mirrors(platform).stream()
        .filter(device -> device.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /// The message of this number, counted from one.
  private static JsonNode next(Listener listener, int number) throws Exception {
    Awaitility.await().atMost(SOON).until(() -> listener.heard().size() >= number);
    return JSON.readTree(listener.heard().get(number - 1).payload());
  }
}
