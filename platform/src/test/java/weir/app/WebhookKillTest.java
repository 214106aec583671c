package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.LedgerSender;
import weir.testkit.PlatformProcess;
import weir.testkit.WebhookReceiver;

/// `kill -9` under load: every acknowledged event that somebody wanted is delivered, and what
/// comes again comes under the same id.
class WebhookKillTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  @Tag("long")
  void deliversEveryEventAtLeastOnceThroughThreeKills() throws Exception {
    try (WebhookReceiver receiver = new WebhookReceiver();
        PlatformProcess platform =
            new PlatformProcess(folder, Map.of("WEIR_WEBHOOK_ALLOW_LOOPBACK", "true"))) {
      subscribe(platform, receiver.url());
      Set<String> acknowledged = sendThroughKills(platform);
      assertThat(acknowledged).hasSizeGreaterThan(900);
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> new HashSet<>(receiver.ids()).containsAll(acknowledged));
      platform.stop();
    }
  }

  private static Set<String> sendThroughKills(PlatformProcess platform) throws Exception {
    try (LedgerSender sender = new LedgerSender("hooked", platform.mqttPort())) {
      for (int kill = 0; kill < 3; kill++) {
        int reached = sender.acknowledged().size();
        Awaitility.await()
            .atMost(PATIENCE)
            .until(() -> sender.acknowledged().size() > reached + 300);
        platform.kill();
        platform.start();
      }
      sender.finish();
      return Set.copyOf(sender.acknowledged());
    }
  }

  private static void subscribe(PlatformProcess platform, String url) throws Exception {
    JsonNode service =
        JSON.readTree(
            platform
                .post(
                    "/register",
                    "{\"service_name\":\"all\",\"callback_url\":\"%s\"}".formatted(url))
                .body());
    String request =
        "{\"service_id\":\"%s\",\"filter\":{\"device_id\":{\"exists\":true}}}"
            .formatted(service.path("service_id").asText());
    assertThat(platform.post("/subscribe", request).statusCode()).isEqualTo(202);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> platform.get("/api/subscriptions?status=active").body().contains("\"id\""));
  }
}
