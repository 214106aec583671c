package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MqttSettingsTest {

  @Test
  void listensOnLoopbackForThoseWithACredentialByDefault() {
    MqttSettings defaults = MqttSettings.defaults();
    assertThat(defaults.host()).isEqualTo("127.0.0.1");
    assertThat(defaults.anonymous()).isFalse();
    assertThat(defaults.port()).isEqualTo(1883);
    assertThat(defaults.websocketPort()).isEqualTo(9001);
    assertThat(defaults.receiveMax()).isEqualTo(64);
    assertThat(defaults.packetBytesMax()).isEqualTo(260 * 1024);
  }

  @ParameterizedTest
  @CsvSource({"port,70000", "receiveMax,0", "connectionsMax,0", "packetBytesMax,10", "loops,-1"})
  void refusesWhatCannotWork(String component, int value) {
    assertThatThrownBy(() -> new SettingsDraft().with(component, value).settings())
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "port,mqtt.port,WEIR_MQTT_PORT",
    "websocketPort,mqtt.websocket-port,WEIR_MQTT_WEBSOCKET_PORT"
  })
  void namesTheSettingOfATakenPort(String component, String key, String variable)
      throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () -> DoorFixture.open(draft -> draft.with(component, taken.getLocalPort())))
          .hasMessageContaining(key)
          .hasMessageContaining(variable);
    }
  }

  @Test
  void boundsWhatStrangersMakeItHold() {
    byte[] tooLong = Packets.hex("10 fddf08");
    byte[] unfinished = Arrays.copyOf(Packets.hex("10 fcdf08"), 130 * 1024);
    List<RawClient> strangers = new ArrayList<>();
    try (DoorFixture door =
        DoorFixture.open(draft -> draft.with("connectTimeout", Duration.ofMinutes(5)))) {
      try (RawClient client = new RawClient(door.door.port())) {
        assertThat(client.send(tooLong).read()).isEqualTo(RawClient.CLOSED);
      }
      assertThat(door.door.counts().protocolErrors()).isOne();
      for (int i = 0; i < 300; i++) {
        RawClient stranger = new RawClient(door.door.port());
        strangers.add(stranger);
        sendUnlessCut(stranger, unfinished);
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> door.door.counts().protocolErrors() > 1);
      RawClient.admitted(door.door.port(), Packets.connect5("a")).close();
    } finally {
      strangers.forEach(RawClient::close);
    }
  }

  private static void sendUnlessCut(RawClient stranger, byte[] bytes) {
    try {
      stranger.send(bytes);
    } catch (UncheckedIOException cut) {
      assertThat(cut).hasCauseInstanceOf(SocketException.class);
    }
  }

  @Test
  void refusesConnectionsAboveTheLimit() {
    try (DoorFixture small = DoorFixture.open(draft -> draft.with("connectionsMax", 1));
        RawClient first = RawClient.admitted(small.door.port(), Packets.connect5("a"));
        RawClient second = new RawClient(small.door.port())) {
      assertThat(second.send(Packets.connect5("b")).read()).matches("20..0097.*");
      assertThat(first.send(Packets.hex("c000")).read()).isEqualTo("d000");
    }
  }
}
