package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.WebhookReceiver;
import weir.trace.TraceSettings;
import weir.trace.Traces;

/// One event followed from its device to an application, over real sockets.
class TracingTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String DEVICE_SPAN = "00f067aa0ba902b7";
  private static final Map<String, String> LOOPBACK = Map.of("webhook.allow-loopback", "true");

  @TempDir private Path folder;

  @Test
  void followsOneEventFromItsDeviceToAnApplication() throws Exception {
    InMemorySpanExporter told = InMemorySpanExporter.create();
    TraceSettings noneUnasked = new TraceSettings("", 0, "weir");
    try (TestPlatform weir = new TestPlatform(folder, LOOPBACK, Traces.to(told, noneUnasked));
        WebhookReceiver receiver = new WebhookReceiver()) {
      subscribe(weir, receiver, "fridge-1");
      String byMqtt = "4bf92f3577b34da6a3ce929d0e0e4736";
      String byHttp = "5bf92f3577b34da6a3ce929d0e0e4736";
      publish(weir, "untraced", "");
      publish(weir, "by-mqtt", parent(byMqtt));
      post(weir, "by-http", parent(byHttp));

      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(receiver.ids())
                      .containsExactlyInAnyOrder("untraced", "by-mqtt", "by-http"));
      await().atMost(SOON).untilAsserted(() -> assertThat(told.getFinishedSpanItems()).hasSize(8));

      for (String trace : List.of(byMqtt, byHttp)) {
        Map<String, SpanData> spans =
            told.getFinishedSpanItems().stream()
                .filter(span -> span.getTraceId().equals(trace))
                .collect(Collectors.toMap(SpanData::getName, span -> span));
        assertThat(spans).containsOnlyKeys("accept", "decode", "store", "deliver");
        assertThat(span(spans, "accept").getParentSpanId()).isEqualTo(DEVICE_SPAN);
        assertThat(span(spans, "decode").getParentSpanId()).isEqualTo(id(spans, "accept"));
        assertThat(span(spans, "store").getParentSpanId()).isEqualTo(id(spans, "decode"));
        assertThat(span(spans, "deliver").getParentSpanId()).isEqualTo(id(spans, "decode"));
        assertThat(spans.values())
            .allMatch(span -> span.getEndEpochNanos() >= span.getStartEpochNanos());
        String hook = trace.equals(byMqtt) ? "by-mqtt" : "by-http";
        assertThat(header(receiver, hook))
            .isEqualTo("00-" + trace + "-" + id(spans, "deliver") + "-01");
      }
      assertThat(header(receiver, "untraced")).isEmpty();
    }
  }

  private static String parent(String trace) {
    return "00-" + trace + "-" + DEVICE_SPAN + "-01";
  }

  private static SpanData span(Map<String, SpanData> spans, String name) {
    return Objects.requireNonNull(spans.get(name));
  }

  private static String id(Map<String, SpanData> spans, String name) {
    return span(spans, name).getSpanId();
  }

  private static String header(WebhookReceiver receiver, String event) {
    return receiver.received().stream()
        .filter(received -> received.id().equals(event))
        .findFirst()
        .orElseThrow()
        .header("traceparent");
  }

  @Test
  void tellsACollectorOverHttp() throws Exception {
    try (WebhookReceiver collector = new WebhookReceiver(any -> WebhookReceiver.Answer.of(200));
        TestPlatform weir =
            new TestPlatform(
                folder, Map.of("tracing.endpoint", collector.url(), "tracing.sample-rate", "1"))) {
      publish(weir, "sampled", "");

      await()
          .atMost(SOON)
          .until(
              () ->
                  collector.received().stream()
                      .map(WebhookReceiver.Received::text)
                      .collect(Collectors.joining())
                      .contains("store"));
    }
  }

  @Test
  void takesNoHeaderOfADeviceWhileItIsOff() throws Exception {
    try (TestPlatform weir = new TestPlatform(folder, LOOPBACK);
        WebhookReceiver receiver = new WebhookReceiver()) {
      subscribe(weir, receiver, "fridge-1");
      publish(
          weir,
          "plain",
          parent(
              HexFormat.of()
                  .formatHex(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})));

      await().atMost(SOON).until(() -> receiver.received().size() == 1);
      assertThat(header(receiver, "plain")).isEmpty();
    }
  }

  private static void publish(TestPlatform weir, String id, String parent) {
    Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .serverHost("127.0.0.1")
            .serverPort(weir.mqttPort())
            .buildBlocking();
    var _ =
        client
            .connectWith()
            .simpleAuth()
            .username("admin")
            .password(TestPlatform.TOKEN.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .send();
    var properties =
        client.publishWith().topic("iot/fridge-1/raw").userProperties().add("event-id", id);
    if (!parent.isEmpty()) {
      properties = properties.add("traceparent", parent);
    }
    var _ =
        properties
            .applyUserProperties()
            .qos(com.hivemq.client.mqtt.datatypes.MqttQos.AT_LEAST_ONCE)
            .payload(body().getBytes(StandardCharsets.UTF_8))
            .send();
    client.disconnect();
  }

  private static String body() {
    return "{\"device_id\":\"fridge-1\",\"device_type\":\"smart_meter\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"measurements\":{\"demand\":{\"value\":1}}}";
  }

  private static void post(TestPlatform weir, String id, String parent) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(weir.url() + "/ingest/iot/fridge-1/raw"))
            .header("Authorization", "Bearer " + TestPlatform.TOKEN)
            .header("Idempotency-Key", id)
            .header("traceparent", parent)
            .POST(HttpRequest.BodyPublishers.ofString(body()))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      assertThat(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(202);
    }
  }

  private static void subscribe(TestPlatform weir, WebhookReceiver receiver, String device)
      throws Exception {
    String known = "{\"id\":\"%s\",\"type\":\"smart_meter\"}".formatted(device);
    assertThat(weir.post("/api/devices", known).statusCode()).isEqualTo(201);
    String registered =
        weir.post(
                "/register",
                "{\"service_name\":\"s\",\"callback_url\":\"%s\"}".formatted(receiver.url()))
            .body();
    String service = JSON.readTree(registered).path("service_id").asText();
    assertThat(
            weir.post(
                    "/subscribe/" + device,
                    "{\"service_id\":\"%s\",\"expiry_hours\":1}".formatted(service))
                .statusCode())
        .isBetween(200, 202);
    await()
        .atMost(SOON)
        .until(() -> weir.get("/api/subscriptions?status=active").body().contains(device));
  }
}
