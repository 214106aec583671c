package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Listener;

/// Open connections of devices that may not be there any more.
class BarredTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path folder;

  private static TestPlatform platform;

  @BeforeAll
  static void start() {
    platform = new TestPlatform(folder, Map.of("lifecycle.grace", "0s"));
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  private record Login(String id, String credential, String token) {}

  private static Login login(String id) throws Exception {
    platform.post("/api/devices", "{\"id\":\"" + id + "\",\"type\":\"http_sensor\"}");
    return login(id, "{}");
  }

  /// With one more credential of a device.
  private static Login login(String id, String form) throws Exception {
    JsonNode made =
        JSON.readTree(platform.post("/api/devices/" + id + "/credentials", form).body());
    return new Login(id, made.path("id").asText(), made.path("token").asText());
  }

  /// Connects with a will, which must not make the device known again.
  private static Mqtt5BlockingClient connect(Login login) {
    return connect(login, login.id());
  }

  private static Mqtt5BlockingClient connect(Login login, String clientId) {
    Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(clientId)
            .serverHost("127.0.0.1")
            .serverPort(platform.mqttPort())
            .buildBlocking();
    client
        .connectWith()
        .simpleAuth()
        .username(login.id())
        .password(login.token().getBytes(StandardCharsets.UTF_8))
        .applySimpleAuth()
        .willPublish()
        .topic("iot/" + login.id() + "/raw")
        .payload("{\"temperature\":1}".getBytes(StandardCharsets.UTF_8))
        .applyWillPublish()
        .send();
    return client;
  }

  private static void assertEnds(Mqtt5BlockingClient client, Login login) {
    Awaitility.await().atMost(SOON).until(() -> !client.getState().isConnected());
    Assertions.assertThatThrownBy(() -> connect(login)).isInstanceOf(Mqtt5ConnAckException.class);
  }

  @Test
  void deletionEndsTheConnectionAndHolds() throws Exception {
    Login login = login("deleted");
    try (Listener listener =
        new Listener(platform.mqttPort(), "iot/deleted/#", "energy/events/devices/deleted/+")) {
      Mqtt5BlockingClient client = connect(login);
      Awaitility.await().atMost(SOON).until(() -> listener.topics().contains("iot/deleted/status"));

      platform.send("DELETE", "/api/devices/deleted", "");

      assertEnds(client, login);
      Awaitility.await().atMost(SOON).until(() -> listener.payload("iot/deleted/status").isEmpty());
      assertThat(listener.topics()).doesNotContain("iot/deleted/raw");
      assertThat(platform.get("/api/devices/deleted").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void disablingEndsTheConnection() throws Exception {
    Login login = login("disabled");
    Mqtt5BlockingClient client = connect(login);
    platform.send("PATCH", "/api/devices/disabled", "{\"enabled\":false}");
    assertEnds(client, login);
  }

  @Test
  void revokingTheCredentialEndsTheConnection() throws Exception {
    Login login = login("revoked");
    Mqtt5BlockingClient client = connect(login);
    platform.send("DELETE", "/api/devices/revoked/credentials/" + login.credential(), "");
    assertEnds(client, login);
  }

  @Test
  void aCredentialThatExpiresEndsTheConnectionThatShowedItAtItsTime() throws Exception {
    Login lasting = login("expiring");
    Instant end = Instant.now().plusSeconds(3);
    Login passing = login("expiring", "{\"expires_at\":\"" + end + "\"}");
    Mqtt5BlockingClient stays = connect(lasting, "expiring:stays");
    Mqtt5BlockingClient goes = connect(passing, "expiring:goes");

    assertEnds(goes, passing);

    assertThat(Instant.now()).isBetween(end, end.plusSeconds(2));
    assertThat(stays.getState().isConnected()).isTrue();
    JsonNode presence = JSON.readTree(platform.get("/api/devices/expiring/presence").body());
    assertThat(presence.path("state").asText()).isEqualTo("online");
  }
}
