package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import weir.app.cli.Client;
import weir.fleet.Fleet;
import weir.fleet.FleetSettings;
import weir.fleet.Target;

/// A platform with the demo's fleet, and a browser that looks at its console.
final class ConsoleStage implements AutoCloseable {

  static final String SMART_GRID = "91dd8f4d-350c-42a2-8c07-cc0e7ac7ad98";
  static final Duration SOON = Duration.ofSeconds(20);

  final TestPlatform test;
  final String address;
  final Client client;
  final ConsoleBrowser browser;
  private final Fleet fleet;

  /// @param rawTopic the name of the log topic of messages as received
  ConsoleStage(Path folder, String rawTopic) {
    test =
        new TestPlatform(folder, Map.of("webhook.allow-loopback", "true", "topics.raw", rawTopic));
    Target target = Target.local(test.mqttPort(), test.platform.httpPort(), Optional.empty());
    fleet = new Fleet(FleetSettings.demo(target, Instant.now()));
    address = test.url();
    client = new Client(address, TestPlatform.TOKEN);
    try {
      fleet.start();
      browser = new ConsoleBrowser(address, TestPlatform.TOKEN);
    } catch (RuntimeException e) {
      closePlatform();
      throw e;
    }
  }

  /// To be called after every test: no page may have complained.
  void clear() {
    List<String> complaints = browser.complaints();
    browser.forgive("");
    browser.closePages();
    assertThat(complaints).isEmpty();
  }

  void publish(String topic, String payload) {
    publish(topic, List.of(payload));
  }

  void publish(String topic, List<String> payloads) {
    publishBytes(
        topic, payloads.stream().map(payload -> payload.getBytes(StandardCharsets.UTF_8)).toList());
  }

  void publishBytes(String topic, List<byte[]> payloads) {
    Mqtt3BlockingClient mqtt =
        MqttClient.builder()
            .useMqttVersion3()
            .serverHost("127.0.0.1")
            .serverPort(test.mqttPort())
            .buildBlocking();
    mqtt.connect();
    for (byte[] payload : payloads) {
      mqtt.publishWith().topic(topic).qos(MqttQos.AT_LEAST_ONCE).payload(payload).send();
    }
    mqtt.disconnect();
  }

  /// Waits for a message of the device to be set aside; returns its position.
  String awaitLetter(String device) {
    String path = "/api/dead-letters?replayed=false&device=" + device;
    Awaitility.await().atMost(SOON).until(() -> !client.get(path).path("items").isEmpty());
    return client.get(path).path("items").get(0).path("position").asText();
  }

  void awaitValue(String device, String metric) {
    Awaitility.await()
        .atMost(SOON)
        .until(() -> client.get("/api/devices/" + device + "/latest").toString().contains(metric));
  }

  @Override
  public void close() {
    browser.close();
    closePlatform();
  }

  private void closePlatform() {
    client.close();
    fleet.close();
    test.close();
  }
}
