package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Listener;
import weir.testkit.OpenApiCheck;
import weir.testkit.PlatformProcess;

/// Who is there, as REST and retained messages say.
class PresenceTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final OpenApiCheck OPENAPI = new OpenApiCheck();

  @TempDir Path folder;

  @Test
  void followsConnectionsWillsStatusMessagesAndSilence() throws Exception {
    Map<String, String> settings =
        Map.of("presence.silence-factor", "1", "presence.silence-min", "1s");
    try (TestPlatform platform = new TestPlatform(folder, settings)) {
      for (String id : List.of("p-1", "p-2", "p-3")) {
        platform.post("/api/devices", "{\"id\":\"" + id + "\",\"type\":\"http_sensor\"}");
      }
      assertThat(state(platform, "p-1").path("reason").asText()).isEqualTo("never");

      Mqtt5BlockingClient client = connect(platform.mqttPort(), "p-1");
      awaitState(platform, "p-1", "online", "connected");
      client.disconnect();
      awaitState(platform, "p-1", "offline", "goodbye");

      Mqtt5BlockingClient willing = connectWithWill(platform.mqttPort(), "p-2");
      awaitState(platform, "p-2", "online", "connected");
      willing
          .disconnectWith()
          .reasonCode(
              com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode
                  .DISCONNECT_WITH_WILL_MESSAGE)
          .send();
      awaitState(platform, "p-2", "offline", "will");

      try (Socket _ = connectRaw(platform.mqttPort(), "p-1", 0x02)) {
        awaitState(platform, "p-1", "online", "connected");
      }
      awaitState(platform, "p-1", "offline", "lost");
      try (Socket _ = connectRaw(platform.mqttPort(), "p-2", 0x06)) {
        awaitState(platform, "p-2", "online", "connected");
      }
      awaitState(platform, "p-2", "offline", "will");

      try (Listener gateway = new Listener(platform.mqttPort())) {
        gateway.publish("iot/p-3/status", status(true));
        awaitState(platform, "p-3", "online", "heard");
        assertThat(state(platform, "p-3").path("connected").asBoolean()).isFalse();
        gateway.publish("iot/p-3/status", status(false));
        awaitState(platform, "p-3", "offline", "status");
        gateway.publish("iot/p-3/raw", "{\"temperature\":1}");
        gateway.publish("iot/p-3/status", status(true));
        awaitState(platform, "p-3", "online", "heard");
        awaitState(platform, "p-3", "stale", "silence");
        awaitState(platform, "p-3", "offline", "silence");
      }

      JsonNode all = JSON.readTree(platform.get("/api/presence?state=offline").body());
      assertThat(all.path("items").findValuesAsText("device_id")).contains("p-1", "p-2", "p-3");
      assertThat(all.path("counts").path("offline").asInt()).isGreaterThanOrEqualTo(3);
      check("/api/presence", platform.get("/api/presence"));
      check("/api/devices/{id}/presence", platform.get("/api/devices/p-1/presence"));
      assertThat(platform.get("/api/devices/nobody/presence").statusCode()).isEqualTo(404);
      assertThat(platform.get("/api/presence?state=dead").statusCode()).isEqualTo(422);
    }
  }

  private static String status(boolean online) {
    return "{\"timestamp\":\"%s\",\"status\":{\"online\":%s}}".formatted(Instant.now(), online);
  }

  @Test
  void publishesRetainedAndAsAnEventThatIsStored() throws Exception {
    try (TestPlatform platform = new TestPlatform(folder, Map.of("presence.events", "true"));
        Listener first = new Listener(platform.mqttPort(), "iot/lamp/status")) {
      platform.post("/api/devices", "{\"id\":\"lamp\",\"type\":\"lighting\"}");
      Mqtt5BlockingClient client = connect(platform.mqttPort(), "lamp");
      Awaitility.await().atMost(SOON).until(() -> !first.heard().isEmpty());
      assertThat(first.heard().getFirst().retained()).isFalse();
      try (Listener late = new Listener(platform.mqttPort(), "iot/lamp/status")) {
        Awaitility.await().atMost(SOON).until(() -> !late.heard().isEmpty());
        assertThat(late.heard().getFirst().retained()).isTrue();
        JsonNode told = JSON.readTree(late.heard().getFirst().payload());
        assertThat(told.path("device_type").asText()).isEqualTo("lighting");
        assertThat(told.path("status").path("online").asBoolean()).isTrue();
        assertThat(told.path("status").path("reason").asText()).isEqualTo("connected");

        client.disconnect();
        Awaitility.await().atMost(SOON).until(() -> late.heard().size() == 2);
        assertThat(late.heard().get(1).payload()).contains("\"state\":\"offline\"");
        Awaitility.await()
            .atMost(SOON)
            .until(
                () ->
                    JSON.readTree(platform.get("/api/devices/lamp/events").body())
                            .path("items")
                            .size()
                        == 2);

        platform.send("DELETE", "/api/devices/lamp", "");
        Awaitility.await().atMost(SOON).until(() -> late.heard().getLast().payload().isEmpty());
      }
    }
  }

  @Test
  void isExactAfterAKill() throws Exception {
    Map<String, String> settings = Map.of("WEIR_PRESENCE_RESTART_GRACE", "4s");
    try (PlatformProcess platform = new PlatformProcess(folder, settings);
        Listener gateway = new Listener(platform.mqttPort())) {
      for (String id : List.of("stays", "goes", "speaks")) {
        platform.post("/api/devices", "{\"id\":\"" + id + "\",\"type\":\"Refrigerator\"}");
      }
      Mqtt5BlockingClient stays = connect(platform.mqttPort(), "stays");
      Mqtt5BlockingClient goes = connect(platform.mqttPort(), "goes");
      gateway.publish("iot/speaks/raw", "{\"temperature\":1}");
      for (String id : List.of("stays", "goes", "speaks")) {
        Awaitility.await()
            .atMost(SOON)
            .until(() -> presence(platform, id).path("state").asText().equals("online"));
      }
      gateway.publish("iot/speaks/raw", "{\"temperature\":2}");
      String heard = presence(platform, "speaks").path("last_heard").asText();
      platform.post("/api/devices", "{\"id\":\"last-write\",\"type\":\"meter\"}");

      platform.kill();
      platform.start();

      assertThat(presence(platform, "speaks").path("last_heard").asText()).isEqualTo(heard);
      Mqtt5BlockingClient back = connect(platform.mqttPort(), "stays");
      Awaitility.await()
          .atMost(SOON)
          .until(() -> presence(platform, "goes").path("reason").asText().equals("restart"));
      assertThat(presence(platform, "stays").path("state").asText()).isEqualTo("online");
      assertThat(presence(platform, "speaks").path("state").asText()).isEqualTo("online");
      try (Listener late = new Listener(platform.mqttPort(), "iot/+/status")) {
        awaitRetained(late, "stays", "online");
        awaitRetained(late, "goes", "offline");
        awaitRetained(late, "speaks", "online");
      }
      back.disconnect();
      assertThat(stays.getState().isConnected()).isFalse();
      assertThat(goes.getState().isConnected()).isFalse();
    }
  }

  private static void awaitRetained(Listener listener, String device, String state) {
    String topic = "iot/" + device + "/status";
    Awaitility.await(device + " to be retained as " + state)
        .atMost(SOON)
        .until(
            () ->
                listener.topics().contains(topic)
                    && JSON.readTree(listener.payload(topic))
                        .path("status")
                        .path("state")
                        .asText()
                        .equals(state));
  }

  private static JsonNode presence(PlatformProcess platform, String id) throws Exception {
    return JSON.readTree(platform.get("/api/devices/" + id + "/presence").body());
  }

  private static JsonNode state(TestPlatform platform, String id) throws Exception {
    return JSON.readTree(platform.get("/api/devices/" + id + "/presence").body());
  }

  private static void awaitState(TestPlatform platform, String id, String state, String reason) {
    Awaitility.await(id + " to be " + state + " for " + reason)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              JsonNode now = state(platform, id);
              return now.path("state").asText().equals(state)
                  && now.path("reason").asText().equals(reason);
            });
  }

  private static Mqtt5BlockingClient connect(int port, String id) {
    Mqtt5BlockingClient client = client(port, id);
    client.connect();
    return client;
  }

  /// A connection of MQTT 3.1.1 that ends without a word.
  ///
  /// @param flags 0x02, or 0x06 to leave a will
  private static Socket connectRaw(int port, String id, int flags) throws IOException {
    ByteArrayOutputStream packet = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(packet);
    out.writeUTF("MQTT");
    out.write(new byte[] {4, (byte) flags, 0, 60});
    out.writeUTF(id);
    if ((flags & 0x04) != 0) {
      out.writeUTF("iot/" + id + "/gone");
      out.writeUTF("{}");
    }
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.getOutputStream().write(new byte[] {0x10, (byte) packet.size()});
    packet.writeTo(socket.getOutputStream());
    assertThat(socket.getInputStream().readNBytes(4)).isEqualTo(new byte[] {0x20, 2, 0, 0});
    return socket;
  }

  private static Mqtt5BlockingClient connectWithWill(int port, String id) {
    Mqtt5BlockingClient client = client(port, id);
    client
        .connectWith()
        .willPublish()
        .topic("iot/" + id + "/gone")
        .payload("{}".getBytes(StandardCharsets.UTF_8))
        .applyWillPublish()
        .send();
    return client;
  }

  private static Mqtt5BlockingClient client(int port, String id) {
    return MqttClient.builder()
        .useMqttVersion5()
        .identifier(id)
        .serverHost("127.0.0.1")
        .serverPort(port)
        .buildBlocking();
  }

  private static void check(String path, HttpResponse<String> answer) {
    OPENAPI.check(
        "GET",
        path,
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(""),
        answer.body().getBytes(StandardCharsets.UTF_8));
  }
}
