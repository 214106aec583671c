package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static weir.ingest.mqtt.Packets.connect3;
import static weir.ingest.mqtt.Packets.hex;
import static weir.ingest.mqtt.Packets.publish3;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// MQTT inside WebSocket frames.
class WebSocketTest {

  private final DoorFixture fixture = DoorFixture.open();
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    fixture.close();
  }

  private static final class Frames implements WebSocket.Listener {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      received.add(HexFormat.of().formatHex(bytes));
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      received.add("close " + status);
      return null;
    }
  }

  private WebSocket connect(Frames frames, String path, String protocol) {
    return http.newWebSocketBuilder()
        .subprotocols(protocol)
        .buildAsync(URI.create("ws://127.0.0.1:" + fixture.door.websocketPort() + path), frames)
        .join();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mqtt", "/", "/other/path"})
  void speaksMqttOnAnyPath(String path) throws Exception {
    Frames frames = new Frames();
    WebSocket socket = connect(frames, path, "mqtt");
    assertThat(socket.getSubprotocol()).isEqualTo("mqtt");
    socket.sendBinary(ByteBuffer.wrap(connect3("ws")), true).join();
    assertThat(frames.received.poll(5, TimeUnit.SECONDS)).isEqualTo("20020000");
    socket.abort();
  }

  @Test
  void takesPacketsThatAreCutAcrossFrames() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = connect(frames, "/mqtt", "mqtt");
    byte[] stream = Packets.bytes(connect3("ws"), publish3(1, "iot/d1/raw", "x"));
    for (int i = 0; i < stream.length; i++) {
      socket.sendBinary(ByteBuffer.wrap(stream, i, 1), i % 3 == 2).join();
    }
    assertThat(frames.received.poll(5, TimeUnit.SECONDS)).isEqualTo("20020000");
    assertThat(frames.received.poll(5, TimeUnit.SECONDS)).isEqualTo("40020001");
    socket.abort();
  }

  @Test
  void refusesTextFrames() throws Exception {
    Frames frames = new Frames();
    WebSocket socket = connect(frames, "/mqtt", "mqtt");
    socket.sendText("hello", true).join();
    assertThat(frames.received.poll(5, TimeUnit.SECONDS)).isEqualTo("close 1003");
  }

  @Test
  void refusesOtherSubprotocols() {
    assertThatThrownBy(() -> connect(new Frames(), "/mqtt", "chat"))
        .isInstanceOf(CompletionException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "null", "http://localhost.evil.example"})
  void turnsPagesOfForeignOriginsAway(String origin) {
    assertThat(handshake(origin)).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:8080", "http://127.0.0.1:3000", "http://[::1]:8080"})
  void letsPagesOfThisMachineIn(String origin) {
    assertThat(handshake(origin)).startsWith("HTTP/1.1 101");
  }

  private String handshake(String origin) {
    String request =
        "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Protocol: mqtt\r\nOrigin: "
            + origin
            + "\r\n\r\n";
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), fixture.door.websocketPort())) {
      socket.setSoTimeout(5000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(12);
      return new String(answer, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void servesAStockClient() {
    Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("stock")
            .serverHost("127.0.0.1")
            .serverPort(fixture.door.websocketPort())
            .webSocketConfig()
            .serverPath("mqtt")
            .applyWebSocketConfig()
            .buildBlocking();
    client.connect();
    client.publishWith().topic("iot/d1/raw").qos(MqttQos.AT_LEAST_ONCE).payload(hex("01")).send();
    client.disconnect();
    assertThat(fixture.log.records(DoorFixture.RAW)).hasSize(1);
  }
}
