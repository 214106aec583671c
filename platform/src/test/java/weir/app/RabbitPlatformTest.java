package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.LedgerSender;
import weir.testkit.RabbitServer;
import weir.testkit.WebhookReceiver;

/// The whole platform with RabbitMQ as its log; skipped where RabbitMQ is not installed.
@EnabledIf("weir.testkit.RabbitServer#isInstalled")
class RabbitPlatformTest {

  @TempDir Path folder;

  @Test
  void carriesEventsFromTheDoorsToWebhooksOverRestartsOfBoth() throws Exception {
    Set<String> byMqtt = new HashSet<>();
    try (RabbitServer rabbit = new RabbitServer(folder.resolve("rabbit"));
        WebhookReceiver receiver = new WebhookReceiver()) {
      try (TestPlatform weir = platform(rabbit)) {
        weir.subscribeToAll(receiver.url());
        byMqtt.addAll(speak(weir, "first"));
        weir.awaitCleanAudit(); // The streams of both device types are made.
        rabbit.kill();
        await("a refusal", () -> weir.post("/ingest", sensor("lost")).statusCode() == 503);
        rabbit.start();
        byMqtt.addAll(speak(weir, "second"));
        weir.awaitCleanAudit();
      }
      try (TestPlatform weir = platform(rabbit)) {
        byMqtt.addAll(speak(weir, "third"));
        weir.awaitCleanAudit();
        Set<String> stored = new HashSet<>();
        for (String device : Set.of("first", "second", "third")) {
          stored.addAll(weir.storedIds(device));
          String latest = weir.get("/api/devices/" + device + "-http/latest").body();
          assertThat(latest).contains("\"temperature\"");
        }
        assertThat(stored).containsAll(byMqtt);
        await("the webhooks", () -> new HashSet<>(receiver.ids()).containsAll(byMqtt));
        await("the webhooks of HTTP", () -> receiver.ids().contains("third-http-1"));
        assertThat(weir.get("/events/db").body()).contains("third-http-1");
      }
    }
  }

  private TestPlatform platform(RabbitServer rabbit) {
    Map<String, String> settings = new HashMap<>(rabbit.asLog());
    settings.put("webhook.allow-loopback", "true");
    return new TestPlatform(folder.resolve("data"), settings);
  }

  /// Sends by both doors; the ids of what was acknowledged over MQTT.
  private static Set<String> speak(TestPlatform weir, String device) throws Exception {
    await("the HTTP door", () -> weir.post("/ingest", sensor(device)).statusCode() == 202);
    try (LedgerSender sender = new LedgerSender(device, weir.mqttPort())) {
      await("acknowledgements", () -> sender.acknowledged().size() >= 200);
      sender.finish();
      return sender.acknowledged();
    }
  }

  private static String sensor(String device) {
    return """
    {"event_id":"%s-http-1","device_id":"%s-http","temperature":24.5,"humidity":60.2,"timestamp":"%s"}
    """
        .formatted(device, device, Instant.now());
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what).atMost(Duration.ofSeconds(60)).until(condition);
  }
}
