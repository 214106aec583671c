package weir.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Messages that come more than once, on purpose or because an acknowledgement was lost.
class RepeatTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLIENTS = 10;
  private static final int EACH = 50;
  private static final byte DUP = 0x08;

  @TempDir static Path folder;

  private static TestPlatform weir;

  @BeforeAll
  static void start() {
    weir = new TestPlatform(folder, Map.of());
  }

  @AfterAll
  static void stop() {
    weir.close();
  }

  @Test
  void storesOnceWhatComesAThousandTimesAtOnceThroughBothDoors() throws Exception {
    List<CompletableFuture<?>> answers = new ArrayList<>();
    List<Mqtt5AsyncClient> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        Mqtt5AsyncClient client = client("crowd-" + i);
        clients.add(client);
        for (int j = 0; j < EACH; j++) {
          answers.add(publish(client));
          answers.add(CompletableFuture.runAsync(RepeatTest::post, threads));
        }
      }
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();
    }
    clients.forEach(client -> client.disconnect().join());
    awaitBalance();
    assertThat(idsOf("crowd")).containsExactly("crowd-event");
    assertThat(weir.post("/api/audit", "").body()).contains("\"clean\":true");
  }

  private static Mqtt5AsyncClient client(String id) {
    Mqtt5AsyncClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(id)
            .serverHost("127.0.0.1")
            .serverPort(weir.mqttPort())
            .buildAsync();
    client.connect().join();
    return client;
  }

  /// Completes with the acknowledgement, exceptionally when it refuses.
  private static CompletableFuture<?> publish(Mqtt5AsyncClient client) {
    return client
        .publishWith()
        .topic("iot/crowd/raw")
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(cloud("crowd", 1).getBytes(UTF_8))
        .userProperties()
        .add("event-id", "crowd-event")
        .applyUserProperties()
        .send()
        .thenAccept(result -> assertThat(result.getError()).isEmpty());
  }

  private static void post() {
    String body =
        "{\"event_id\":\"crowd-event\",\"device_id\":\"crowd\",\"temperature\":1,\"humidity\":2,\"timestamp\":\"2026-01-01T00:00:00Z\"}";
    assertThat(weir.post("/ingest", body).statusCode()).isBetween(200, 202);
  }

  private static String cloud(String device, int value) {
    return "{\"device_id\":\"%s\",\"device_type\":\"smart_meter\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"measurements\":{\"demand\":{\"value\":%d}}}"
        .formatted(device, value);
  }

  @Test
  void storesOnceWhatComesAgainBecauseItsAcknowledgementWasLost() throws Exception {
    try (Line line = new Line()) {
      line.publish("lost", (byte) 0, 7, "lost-1", cloud("lost", 1));
    } // The connection breaks before the acknowledgement is read.
    try (Line line = new Line()) {
      line.publish("lost", DUP, 7, "lost-1", cloud("lost", 1));
      assertThat(line.acknowledged()).isEqualTo(7);
    }
    awaitBalance();
    assertThat(idsOf("lost")).containsExactly("lost-1");
  }

  @Test
  void storesNewDataThatIsMarkedAsARepeat() throws Exception {
    try (Line line = new Line()) {
      line.publish("marked", (byte) 0, 7, "marked-1", cloud("marked", 1));
      assertThat(line.acknowledged()).isEqualTo(7);
      line.publish("marked", DUP, 7, "marked-2", cloud("marked", 2));
      assertThat(line.acknowledged()).isEqualTo(7);
    }
    awaitBalance();
    assertThat(idsOf("marked")).containsExactlyInAnyOrder("marked-1", "marked-2");
  }

  private static void awaitBalance() {
    Awaitility.await("the books to balance")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                JSON.readTree(weir.get("/api/books").body()).at("/total/waiting").asLong(-1) == 0);
  }

  private static List<String> idsOf(String device) throws IOException {
    List<String> ids = new ArrayList<>();
    for (JsonNode event :
        JSON.readTree(weir.get("/api/events?device=" + device).body()).path("items")) {
      ids.add(event.path("event_id").asText());
    }
    return ids;
  }

  /// An MQTT 5 connection of bytes, for what no well-behaved client does.
  private static final class Line implements AutoCloseable {

    private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), weir.mqttPort());
    private final DataInputStream in = new DataInputStream(socket.getInputStream());

    Line() throws IOException {
      ByteArrayOutputStream connect = new ByteArrayOutputStream();
      text(connect, "MQTT");
      connect.writeBytes(new byte[] {5, 0, 0, 60}); // version, no clean start, keep-alive
      connect.writeBytes(new byte[] {5, 0x11, 0, 0, 0, 100}); // session expiry interval
      text(connect, "line");
      send((byte) 0x10, connect);
      read(0x20);
    }

    void publish(String device, byte flags, int packetId, String eventId, String payload)
        throws IOException {
      ByteArrayOutputStream properties = new ByteArrayOutputStream();
      properties.write(0x26); // user property
      text(properties, "event-id");
      text(properties, eventId);
      ByteArrayOutputStream publish = new ByteArrayOutputStream();
      text(publish, "iot/" + device + "/raw");
      publish.writeBytes(new byte[] {0, (byte) packetId});
      publish.write(properties.size());
      publish.writeBytes(properties.toByteArray());
      publish.writeBytes(payload.getBytes(UTF_8));
      send((byte) (0x32 | flags), publish);
    }

    /// The packet identifier of the next PUBACK, which must be a success.
    int acknowledged() throws IOException {
      byte[] body = read(0x40);
      assertThat(body.length == 2 || body[2] < 0x10).as("the message was accepted").isTrue();
      return body[1];
    }

    private static void text(ByteArrayOutputStream out, String text) {
      byte[] utf8 = text.getBytes(UTF_8);
      out.writeBytes(new byte[] {0, (byte) utf8.length});
      out.writeBytes(utf8);
    }

    private void send(byte type, ByteArrayOutputStream body) throws IOException {
      ByteArrayOutputStream packet = new ByteArrayOutputStream();
      packet.write(type);
      for (int left = body.size(); ; left >>= 7) {
        packet.write(left > 127 ? (left & 127) | 128 : left);
        if (left <= 127) {
          break;
        }
      }
      packet.writeBytes(body.toByteArray());
      socket.getOutputStream().write(packet.toByteArray());
    }

    private byte[] read(int type) throws IOException {
      assertThat(in.readUnsignedByte() & 0xF0).isEqualTo(type);
      return in.readNBytes(in.readUnsignedByte());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
