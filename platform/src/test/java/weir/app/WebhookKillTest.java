package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.ExampleProcess;
import weir.testkit.LedgerSender;
import weir.testkit.PlatformProcess;
import weir.testkit.Ports;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// `kill -9` under load, of each process in turn: every acknowledged event that somebody wanted is
/// delivered, what comes again comes under the same id, and the CRM counts each failure once.
@Tag("long")
class WebhookKillTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String FAILURE = "\"device_type\":\"Refrigerator\",\"error_code\":\"CF\"";
  private static final String APPLIANCE = "\"device_type\":\"Refrigerator\"";

  @TempDir Path folder;

  @Test
  void losesAndDoublesNothingWhicheverProcessIsKilled() throws Exception {
    List<Integer> ports = Ports.free(2);
    AtomicInteger requests = new AtomicInteger();
    // Some events fail the first time, so there are repeats whatever the kills hit.
    try (WebhookReceiver receiver =
            new WebhookReceiver(
                any -> Answer.of(requests.incrementAndGet() % 2_000 == 7 ? 500 : 200));
        PlatformProcess platform =
            new PlatformProcess(folder, Map.of("WEIR_WEBHOOK_ALLOW_LOOPBACK", "true"));
        ExampleProcess crm = example("crm", ports, platform);
        ExampleProcess service = example("service", ports, platform)) {
      subscribe(platform, receiver.url());
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> platform.get("/api/subscriptions?status=active").body().contains(APPLIANCE));
      check(receiver, crm, sendThroughKills(platform, service, crm));
      platform.stop();
    }
  }

  private static Set<String> sendThroughKills(
      PlatformProcess platform, ExampleProcess service, ExampleProcess crm) throws Exception {
    try (LedgerSender sender = new LedgerSender("hooked", platform.mqttPort(), FAILURE)) {
      for (int round = 0; round < 2; round++) {
        awaitMore(sender);
        platform.kill();
        platform.start();
        for (ExampleProcess example : List.of(service, crm)) {
          awaitMore(sender);
          example.kill();
          example.start();
        }
      }
      awaitMore(sender);
      sender.finish();
      return Set.copyOf(sender.acknowledged());
    }
  }

  private ExampleProcess example(String name, List<Integer> ports, PlatformProcess platform)
      throws Exception {
    int port = ports.get(name.equals("crm") ? 0 : 1);
    return new ExampleProcess(
        name,
        port,
        folder,
        Map.of(
            "WEIR_URL",
            "http://127.0.0.1:" + platform.httpPort(),
            "WEIR_ADMIN_TOKEN",
            PlatformProcess.TOKEN,
            "WEIR_EXAMPLES_DATA_DIR",
            folder.resolve("examples").toString(),
            "WEIR_EXAMPLES_CRM_PORT",
            ports.get(0).toString(),
            "WEIR_EXAMPLES_CRM_URL",
            "http://127.0.0.1:" + ports.get(0),
            "WEIR_EXAMPLES_SERVICE_PORT",
            ports.get(1).toString()));
  }

  private static void awaitMore(LedgerSender sender) {
    int reached = sender.acknowledged().size();
    Awaitility.await().atMost(PATIENCE).until(() -> sender.acknowledged().size() > reached + 200);
  }

  private static void check(WebhookReceiver receiver, ExampleProcess crm, Set<String> acknowledged)
      throws Exception {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> new HashSet<>(receiver.ids()).containsAll(acknowledged));
    for (WebhookReceiver.Received one : receiver.received()) {
      assertThat(one.id()).isEqualTo(JSON.readTree(one.body()).path("event_id").asText());
    }
    Set<String> distinct = new HashSet<>(receiver.ids());
    assertThat(receiver.ids()).hasSizeGreaterThan(distinct.size());
    Awaitility.await().atMost(PATIENCE).until(() -> repeats(crm) == distinct.size());
  }

  private static int repeats(ExampleProcess crm) throws Exception {
    return JSON.readTree(crm.get("/api/tickets")).path("items").path(0).path("repeats").asInt();
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
        .until(
            () ->
                platform
                    .get(
                        "/api/subscriptions?status=active&service_id="
                            + service.path("service_id").asText())
                    .body()
                    .contains("\"id\""));
  }
}
