package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weir.ingest.mqtt.Packets.bytes;
import static weir.ingest.mqtt.Packets.connect3;
import static weir.ingest.mqtt.Packets.connect5;
import static weir.ingest.mqtt.Packets.hex;
import static weir.ingest.mqtt.Packets.packet;
import static weir.ingest.mqtt.Packets.publish5;
import static weir.ingest.mqtt.Packets.subscribe5;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// One row for each rule of the specifications that a client can break.
class ProtocolRulesTest {

  private static DoorFixture fixture;

  @BeforeAll
  static void open() {
    fixture = DoorFixture.open();
  }

  @AfterAll
  static void close() {
    fixture.close();
  }

  private static Arguments row(String name, byte[] sent, String answer) {
    return Arguments.of(name, sent, answer);
  }

  static Stream<Arguments> badConnects() {
    return Stream.of(
        row("first packet is PINGREQ", hex("c000"), ""),
        row("first packet is PUBLISH", publish5(1, "a", ""), ""),
        row("reserved type 0", hex("0000"), ""),
        row("flags of CONNECT", hex("1100"), ""),
        row("remaining length of five bytes", hex("10ffffffff01"), ""),
        row("protocol name of something else", packet(0x10, "HTTP", 4, 2, 0, 60, "a"), ""),
        row("MQTT 3.1", packet(0x10, "MQIsdp", 3, 2, 0, 60, "a"), "20020001"),
        row("level 3", packet(0x10, "MQTT", 3, 2, 0, 60, "a"), "20020001"),
        row("level 6", packet(0x10, "MQTT", 6, 2, 0, 60, 0, "a"), "20..0084"),
        row("reserved flag, 3.1.1", packet(0x10, "MQTT", 4, 3, 0, 60, "a"), ""),
        row("reserved flag, 5.0", packet(0x10, "MQTT", 5, 3, 0, 60, 0, "a"), "20..0081"),
        row("will QoS without a will", packet(0x10, "MQTT", 5, 10, 0, 60, 0, "a"), "20..0081"),
        row("will retain without a will", packet(0x10, "MQTT", 5, 34, 0, 60, 0, "a"), "20..0081"),
        row("will QoS 3", packet(0x10, "MQTT", 5, 30, 0, 60, 0, "a", 0, "w", "x"), "20..0081"),
        row("will QoS 2", packet(0x10, "MQTT", 5, 22, 0, 60, 0, "a", 0, "w", "x"), "20..009b"),
        row("will QoS 2, 3.1.1", packet(0x10, "MQTT", 4, 22, 0, 60, "a", "w", "x"), "20020003"),
        row(
            "will on a wildcard",
            packet(0x10, "MQTT", 5, 6, 0, 60, 0, "a", 0, "w/#", "x"),
            "20..0090"),
        row(
            "will without a topic",
            packet(0x10, "MQTT", 5, 6, 0, 60, 0, "a", 0, "", "x"),
            "20..0090"),
        row(
            "will on a $ topic",
            packet(0x10, "MQTT", 5, 6, 0, 60, 0, "a", 0, "$w", "x"),
            "20..0087"),
        row("password alone, 3.1.1", packet(0x10, "MQTT", 4, 0x42, 0, 60, "a", "p"), ""),
        row("ends inside the client id", packet(0x10, "MQTT", 4, 2, 0, 60, 0, 9, 'a' + 0), ""),
        row("bytes after the end", packet(0x10, "MQTT", 4, 2, 0, 60, "a", 0), ""),
        row("U+0000 in the client id", packet(0x10, "MQTT", 5, 2, 0, 60, 0, "a\0"), "20..0081"),
        row(
            "client id is not UTF-8",
            packet(0x10, "MQTT", 5, 2, 0, 60, 0, 0, 2, 0xC0, 0x80),
            "20..0081"),
        row(
            "surrogate in the client id",
            packet(0x10, "MQTT", 5, 2, 0, 60, 0, 0, 3, 0xED, 0xA0, 0x80),
            "20..0081"),
        row("client id +", connect5("+"), "20..0085"),
        row("client id #", connect3("#"), "20020002"),
        row("client id with a slash", connect5("a/b"), "20..0085"),
        row("client id of 129", connect5("a".repeat(129)), "20..0085"),
        row("client id '; --", connect5("'; --"), "20..0085"),
        row("client id with a right-to-left mark", connect5("a\u200f"), "20..0085"),
        row(
            "no client id, 3.1.1, no clean session",
            packet(0x10, "MQTT", 4, 0, 0, 60, ""),
            "20020002"),
        row("receive maximum 0", connect5("a", 0x21, 0, 0), "20..0082"),
        row("packet size 0", connect5("a", hex("2700000000")), "20..0082"),
        row("property twice", connect5("a", hex("1100000001 1100000001")), "20..0082"),
        row("property of another packet", connect5("a", hex("230001")), "20..0082"),
        row("unknown property", connect5("a", hex("7f00")), "20..0081"),
        row("request problem information 2", connect5("a", hex("1702")), "20..0082"),
        row("authentication data alone", connect5("a", hex("16000161")), "20..0082"),
        row("authentication method", connect5("a", bytes(0x15, "SCRAM")), "20..008c"),
        row(
            "properties longer than the packet",
            packet(0x10, "MQTT", 5, 2, 0, 60, 99, "a"),
            "20..0081"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badConnects")
  void refusesBadConnects(String name, byte[] sent, String answer) {
    try (RawClient client = new RawClient(fixture.door.port())) {
      client.send(sent);
      if (!answer.isEmpty()) {
        assertThat(client.read()).matches(answer + ".*");
      }
      assertThat(client.read()).isEqualTo(RawClient.CLOSED);
    }
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        row("second CONNECT", connect5("a"), "82"),
        row("CONNACK from a client", hex("20020000"), "82"),
        row("SUBACK from a client", hex("900400010000"), "82"),
        row("PINGRESP from a client", hex("d000"), "82"),
        row("AUTH without a method", hex("f000"), "82"),
        row("PUBREL without QoS 2", hex("62020001"), "82"),
        row("PUBREC without QoS 2", hex("50020001"), "82"),
        row("PINGREQ with a body", hex("c00100"), "81"),
        row("PINGREQ with flags", hex("c100"), "81"),
        row("SUBSCRIBE with wrong flags", hex("8000"), "81"),
        row("UNSUBSCRIBE with wrong flags", hex("a000"), "81"),
        row("QoS 3", packet(0x36, "a", 0, 1, 0), "81"),
        row("QoS 2", packet(0x34, "a", 0, 1, 0), "9b"),
        row("DUP with QoS 0", packet(0x38, "a", 0), "81"),
        row("PUBLISH with packet id 0", packet(0x32, "a", 0, 0, 0), "82"),
        row("PUBLISH to #", packet(0x30, "a/#", 0), "90"),
        row("PUBLISH to +", packet(0x30, "a/+/b", 0), "90"),
        row("PUBLISH to U+0000", packet(0x30, "a\0b", 0), "81"),
        row("PUBLISH to what is not UTF-8", packet(0x30, 0, 1, 0xFF, 0), "81"),
        row("PUBLISH without topic or alias", packet(0x30, "", 0), "82"),
        row("topic alias 0", packet(0x30, "a", 3, 0x23, 0, 0), "94"),
        row("topic alias above the maximum", packet(0x30, "a", 3, 0x23, 0, 17), "94"),
        row("topic alias that stands for nothing", packet(0x30, "", 3, 0x23, 0, 3), "82"),
        row("subscription identifier in PUBLISH", packet(0x30, "a", 2, 0x0B, 1), "82"),
        row("response topic with a wildcard", packet(0x30, "a", 6, 0x08, "a/#"), "82"),
        row("payload format 2", packet(0x30, "a", 2, 0x01, 2), "82"),
        row("packet ends inside the topic", packet(0x30, 0, 9, 'a' + 0), "81"),
        row("SUBSCRIBE with packet id 0", subscribe5(0, "a", 0), "82"),
        row("SUBSCRIBE without a filter", packet(0x82, 0, 1, 0), "82"),
        row("SUBSCRIBE without options", packet(0x82, 0, 1, 0, "a"), "81"),
        row("SUBSCRIBE with QoS 3", subscribe5(1, "a", 3), "81"),
        row("SUBSCRIBE with reserved options", subscribe5(1, "a", 0x40), "81"),
        row("SUBSCRIBE with retain handling 3", subscribe5(1, "a", 0x30), "82"),
        row("no local on a shared subscription", subscribe5(1, "$share/g/a", 4), "82"),
        row("subscription identifier 0", packet(0x82, 0, 1, 2, 0x0B, 0, "a", 0), "82"),
        row("UNSUBSCRIBE without a filter", packet(0xA2, 0, 1, 0), "82"),
        row("PUBACK with packet id 0", hex("40020000"), "82"),
        row("bytes after PUBACK", hex("4005000100 0000"), "81"),
        row("DISCONNECT that raises a session expiry of 0", hex("e00700 05 1100000005"), "82"),
        row("packet longer than the limit", hex("30ffffff7f"), "95"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  void endsTheConnectionWithAReason(String name, byte[] sent, String reason) {
    try (RawClient client = RawClient.admitted(fixture.door.port(), connect5("v"))) {
      client.send(sent);
      assertThat(client.read()).matches("e0.." + reason + ".*");
      assertThat(client.read()).isEqualTo(RawClient.CLOSED);
    }
  }

  static Stream<Arguments> violationsOf311() {
    return Stream.of(
        row("second CONNECT", connect3("a"), ""),
        row("AUTH", hex("f000"), ""),
        row("QoS 2", packet(0x34, "a", 0, 1), ""),
        row("empty topic", packet(0x30, ""), ""),
        row("wildcard topic", packet(0x30, "#"), ""),
        row("$ topic", packet(0x30, "$SYS/a"), ""),
        row("reserved subscription options", packet(0x82, 0, 1, "a", 4), ""),
        row("bytes after DISCONNECT", hex("e00100"), ""),
        row("packet longer than the limit", hex("30ffffff7f"), ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violationsOf311")
  void closesOn311Clients(String name, byte[] sent, String nothing) {
    try (RawClient client = RawClient.admitted(fixture.door.port(), connect3("v"))) {
      assertThat(client.send(sent).read()).isEqualTo(RawClient.CLOSED);
    }
  }

  static Stream<Arguments> refusedFilters() {
    return Stream.of(
        row("empty", bytes(""), "8f"),
        row("# inside", bytes("a/#/b"), "8f"),
        row("# beside a name", bytes("a#"), "8f"),
        row("+ beside a name", bytes("a/+b"), "8f"),
        row("share without a filter", bytes("$share/g"), "8f"),
        row("share without a group", bytes("$share//a"), "8f"),
        row("share with a wildcard group", bytes("$share/+/a"), "8f"),
        row("65 levels", bytes("/".repeat(64)), "8f"),
        row("too long", bytes("a".repeat(1025)), "8f"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusedFilters")
  void refusesFilters(String name, byte[] filter, String reason) {
    try (RawClient client = RawClient.admitted(fixture.door.port(), connect5("v"))) {
      client.send(packet(0x82, 0, 7, 0, filter, 1));
      assertThat(client.read()).isEqualTo("9004000700" + reason);
    }
    try (RawClient client = RawClient.admitted(fixture.door.port(), connect3("v"))) {
      client.send(packet(0x82, 0, 7, filter, 1));
      assertThat(client.read()).isEqualTo("9003000780");
    }
  }

  @Test
  void readsPacketsCutAtEveryByte() {
    byte[] stream = bytes(connect5("cut"), subscribe5(1, "a", 1), publish5(2, "a", "x"));
    for (int cut = 1; cut < stream.length; cut++) {
      try (RawClient client = new RawClient(fixture.door.port())) {
        client.send(Arrays.copyOf(stream, cut), Arrays.copyOfRange(stream, cut, stream.length));
        assertThat(client.read()).startsWith("20");
        assertThat(client.read()).isEqualTo("900400010001");
        String ownCopy = "32070001610001" + "0078";
        assertThat(Stream.of(client.read(), client.read())).contains("40020002", ownCopy);
      }
    }
  }

  @Test
  void readsPacketsThatComeByteByByte() {
    byte[] stream = bytes(connect3("slow"), Packets.publish3(1, "iot/d1/raw", "x"));
    try (RawClient client = new RawClient(fixture.door.port())) {
      for (byte b : stream) {
        client.send(new byte[] {b});
      }
      assertThat(client.read()).isEqualTo("20020000");
      assertThat(client.read()).isEqualTo("40020001");
    }
  }

  @Test
  void announcesItsLimits() {
    try (RawClient client = new RawClient(fixture.door.port())) {
      String answer = client.send(connect5("limits")).read();
      assertThat(answer).contains("210040").contains("2401").contains("2700041000");
      assertThat(answer).contains("220010");
    }
  }

  @Test
  void givesAClientWithoutANameOne() {
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(connect5("")).read()).startsWith("20").contains("12002");
    }
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(connect3("")).read()).isEqualTo("20020000");
    }
  }

  @Test
  void cutsWhoIsSilentAfterConnecting() {
    try (DoorFixture quick =
            DoorFixture.open(
                draft -> draft.with("connectTimeout", java.time.Duration.ofMillis(200)));
        RawClient client = new RawClient(quick.door.port())) {
      assertThat(client.send(hex("10")).read()).isEqualTo(RawClient.CLOSED);
    }
  }

  @Test
  void cutsWhoIsSilentBeyondItsKeepAlive() {
    try (RawClient client = new RawClient(fixture.door.port())) {
      client.send(packet(0x10, "MQTT", 5, 2, 0, 1, 0, "keep"));
      assertThat(client.read()).startsWith("20");
      long from = System.nanoTime();
      assertThat(client.read()).startsWith("e0").contains("8d");
      assertThat(System.nanoTime() - from).isBetween(1_400_000_000L, 4_000_000_000L);
    }
    await().until(() -> fixture.events.lines().contains("disconnected keep LOST"));
  }

  @Test
  void shortensTheKeepAlive() {
    try (RawClient client = new RawClient(fixture.door.port())) {
      client.send(packet(0x10, "MQTT", 5, 2, 0, 0, 0, "forever"));
      assertThat(client.read()).contains("1304b0");
    }
  }
}
