package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weir.ingest.mqtt.Packets.bytes;
import static weir.ingest.mqtt.Packets.connect3;
import static weir.ingest.mqtt.Packets.connect5;
import static weir.ingest.mqtt.Packets.hex;
import static weir.ingest.mqtt.Packets.packet;
import static weir.ingest.mqtt.Packets.publish5;
import static weir.ingest.mqtt.Packets.resume3;
import static weir.ingest.mqtt.Packets.resume5;
import static weir.ingest.mqtt.Packets.subscribe3;
import static weir.ingest.mqtt.Packets.subscribe5;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sessions, take-overs, wills, and what waits for a client that is away.
class SessionTest {

  private static final byte[] DISCONNECT = hex("e000");
  private static final byte[] EXPIRY_60 = hex("110000003c");

  private final DoorFixture fixture = DoorFixture.open();

  @AfterEach
  void close() {
    fixture.close();
  }

  private RawClient admitted(byte[] connect) {
    return RawClient.admitted(fixture.door.port(), connect);
  }

  private RawClient publisher() {
    return admitted(connect5("publisher"));
  }

  private void publish(String topic, String payload) {
    try (RawClient client = publisher()) {
      assertThat(client.send(publish5(1, topic, payload)).read()).isEqualTo("40020001");
    }
  }

  /// Waits until the door has noted that a client has gone.
  private void awaitGone(String clientId) {
    await()
        .until(
            () ->
                fixture.events.lines().stream()
                    .anyMatch(line -> line.startsWith("disconnected " + clientId + " ")));
  }

  private static String delivered(String flags, String topic, int packetId, String payload) {
    byte[] body = bytes(topic, 0, packetId, 0, payload.getBytes(StandardCharsets.UTF_8));
    return flags + "%02x".formatted(body.length) + HexFormat.of().formatHex(body);
  }

  @Test
  void takesASessionOverFromAnOlderConnection() {
    try (RawClient old = admitted(connect5("c"));
        RawClient next = admitted(connect5("c"))) {
      assertThat(old.read()).matches("e0..8e.*");
      assertThat(old.read()).isEqualTo(RawClient.CLOSED);
      assertThat(next.send(hex("c000")).read()).isEqualTo("d000");
    }
    assertThat(fixture.events.lines()).contains("disconnected c TAKEN_OVER");
  }

  @Test
  void resumesASessionWithinItsExpiry() {
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(connect5("c", EXPIRY_60)).read().substring(4, 6)).isEqualTo("00");
      client.send(subscribe5(1, "t", 1)).read();
      client.send(DISCONNECT);
    }
    awaitGone("c");
    publish("t", "away");
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(resume5("c", EXPIRY_60)).read()).matches("20..0100.*");
      assertThat(client.read()).isEqualTo(delivered("32", "t", 1, "away"));
    }
  }

  @Test
  void forgetsASessionThatMayNotOutliveItsConnection() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(subscribe5(1, "t", 1)).read();
      client.send(DISCONNECT);
    }
    awaitGone("c");
    assertThat(fixture.door.counts().sessions()).isZero();
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(resume5("c")).read()).matches("20..0000.*");
    }
  }

  @Test
  void forgetsASessionOnACleanStart() {
    try (RawClient client = admitted(connect5("c", EXPIRY_60))) {
      client.send(subscribe5(1, "t", 1)).read();
    }
    awaitGone("c");
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(connect5("c", EXPIRY_60)).read()).matches("20..0000.*");
      publish("t", "x");
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void endsASessionWhenItExpires() {
    try (RawClient client = admitted(connect5("c", hex("1100000001")))) {
      client.send(DISCONNECT);
    }
    await().atMost(Duration.ofSeconds(5)).until(() -> fixture.door.counts().sessions() == 0);
  }

  @Test
  void changesTheExpiryOnDisconnect() {
    try (RawClient client = admitted(connect5("c", EXPIRY_60))) {
      client.send(hex("e007 00 05 1100000000"));
      assertThat(client.read()).isEqualTo(RawClient.CLOSED);
    }
    await().until(() -> fixture.door.counts().sessions() == 0);
  }

  @Test
  void keepsASessionOf311WithoutACleanSession() {
    try (RawClient client = admitted(resume3("c"))) {
      client.send(subscribe3(1, "t", 1)).read();
      client.send(DISCONNECT);
    }
    awaitGone("c");
    publish("t", "away");
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(resume3("c")).read()).isEqualTo("20020100");
      assertThat(client.read()).isEqualTo("3209" + "000174" + "0001" + "61776179");
    }
    awaitGone("c");
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(connect3("c")).read()).isEqualTo("20020000");
    }
  }

  @Test
  void sendsAgainWhatWasNotAcknowledged() {
    try (RawClient client = admitted(connect5("c", EXPIRY_60))) {
      client.send(subscribe5(1, "t", 1)).read();
      publish("t", "1");
      publish("t", "2");
      assertThat(client.read()).isEqualTo(delivered("32", "t", 1, "1"));
      assertThat(client.read()).isEqualTo(delivered("32", "t", 2, "2"));
      client.send(hex("40020001"), hex("c000"));
      assertThat(client.read()).isEqualTo("d000");
    }
    awaitGone("c");
    try (RawClient client = admitted(resume5("c", EXPIRY_60))) {
      assertThat(client.read()).isEqualTo(delivered("3a", "t", 2, "2"));
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void sendsAgainWithinTheNewWindowAndPacketSize() {
    try (RawClient client = admitted(connect5("c", EXPIRY_60))) {
      client.send(subscribe5(1, "t", 1)).read();
      publish("t", "x".repeat(50));
      publish("t", "2");
      publish("t", "3");
      client.read();
      client.read();
      client.read();
    }
    awaitGone("c");
    byte[] narrow = hex("110000003c 210001 2700000014");
    try (RawClient client = admitted(resume5("c", narrow))) {
      assertThat(client.read()).isEqualTo(delivered("3a", "t", 2, "2"));
      assertThat(client.isSilent()).isTrue();
      client.send(hex("40020002"));
      assertThat(client.read()).isEqualTo(delivered("3a", "t", 3, "3"));
    }
  }

  @Test
  void honoursTheClientsReceiveMaximum() {
    try (RawClient client = admitted(connect5("c", hex("210001")))) {
      client.send(subscribe5(1, "t", 1)).read();
      publish("t", "1");
      publish("t", "2");
      assertThat(client.read()).isEqualTo(delivered("32", "t", 1, "1"));
      assertThat(client.isSilent()).isTrue();
      client.send(hex("40020001"));
      assertThat(client.read()).isEqualTo(delivered("32", "t", 2, "2"));
    }
  }

  @Test
  void doesNotSendWhatIsTooLongForTheClient() {
    try (RawClient client = admitted(connect5("c", hex("2700000014")))) {
      client.send(subscribe5(1, "t", 1)).read();
      publish("t", "x".repeat(50));
      publish("t", "short");
      assertThat(client.read()).isEqualTo(delivered("32", "t", 2, "short"));
    }
    assertThat(fixture.door.counts().drops()).isOne();
  }

  @Test
  void boundsWhatWaitsForAClientThatIsAway() {
    try (DoorFixture small = DoorFixture.open(draft -> draft.with("sessionQueueMax", 3));
        RawClient publisher = RawClient.admitted(small.door.port(), connect5("p"))) {
      try (RawClient client = RawClient.admitted(small.door.port(), connect5("c", EXPIRY_60))) {
        client.send(subscribe5(1, "t", 1)).read();
      }
      await().until(() -> small.events.lines().contains("disconnected c LOST"));
      for (int i = 1; i <= 5; i++) {
        assertThat(publisher.send(publish5(i, "t", "" + i)).read()).startsWith("4002");
      }
      assertThat(small.door.counts().drops()).isEqualTo(2);
      try (RawClient client = RawClient.admitted(small.door.port(), resume5("c", EXPIRY_60))) {
        assertThat(client.read()).isEqualTo(delivered("32", "t", 1, "1"));
      }
    }
  }

  @Test
  void dropsMessagesThatExpiredWhileTheyWaited() {
    try (RawClient client = admitted(connect5("c", EXPIRY_60))) {
      client.send(subscribe5(1, "t", 1)).read();
    }
    awaitGone("c");
    try (RawClient client = publisher()) {
      client.send(packet(0x32, "t", 0, 1, 5, hex("0200000000"), 'a' + 0)).read();
      client.send(packet(0x32, "t", 0, 2, 5, hex("020000003c"), 'b' + 0)).read();
    }
    try (RawClient client = admitted(resume5("c", EXPIRY_60))) {
      String answer = client.read();
      assertThat(answer).matches("320c000174" + "0001" + "0502000000(3b|3c)" + "62");
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void publishesTheWillOfAClientThatVanishes() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      admitted(packet(0x10, "MQTT", 5, 0x0E, 0, 60, 0, "c", 0, "will", "gone")).close();
      assertThat(watcher.read()).isEqualTo(delivered("32", "will", 1, "gone"));
    }
    assertThat(fixture.log.records(DoorFixture.RAW)).hasSize(1);
    assertThat(fixture.events.lines()).contains("will c will");
  }

  @Test
  void keepsTheWillOfAClientThatSaysGoodbye() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      try (RawClient client = admitted(packet(0x10, "MQTT", 4, 0x0E, 0, 60, "c", "will", "gone"))) {
        client.send(DISCONNECT);
        assertThat(client.read()).isEqualTo(RawClient.CLOSED);
      }
      assertThat(watcher.isSilent()).isTrue();
    }
  }

  @Test
  void publishesTheWillOnDisconnectWithWill() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      try (RawClient client =
          admitted(packet(0x10, "MQTT", 5, 0x0E, 0, 60, 0, "c", 0, "will", "gone"))) {
        client.send(hex("e00104"));
        assertThat(watcher.read()).isEqualTo(delivered("32", "will", 1, "gone"));
      }
    }
  }

  @Test
  void publishesTheWillOfAClientThatBreaksARule() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      try (RawClient client = admitted(packet(0x10, "MQTT", 4, 0x0E, 0, 60, "c", "will", "gone"))) {
        client.send(hex("f000"));
        assertThat(watcher.read()).isEqualTo(delivered("32", "will", 1, "gone"));
      }
    }
  }

  private static byte[] delayedWill(int flags, String expiry) {
    byte[] properties = hex(expiry);
    return packet(
        0x10,
        "MQTT",
        5,
        flags,
        0,
        60,
        properties.length,
        properties,
        "c",
        5,
        hex("1800000001"),
        "will",
        "gone");
  }

  @Test
  void voidsADelayedWillWhenTheClientComesBack() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      admitted(delayedWill(0x0E, "110000003c")).close();
      awaitGone("c");
      try (RawClient back = admitted(resume5("c", EXPIRY_60))) {
        await()
            .during(Duration.ofMillis(1300))
            .until(() -> fixture.log.records(DoorFixture.RAW).isEmpty());
        back.send(DISCONNECT);
      }
    }
  }

  @Test
  void publishesADelayedWillWhenTheDelayIsOver() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      admitted(delayedWill(0x0E, "110000003c")).close();
      assertThat(watcher.isSilent()).isTrue();
      assertThat(watcher.read()).isEqualTo(delivered("32", "will", 1, "gone"));
    }
  }

  @Test
  void publishesADelayedWillAtOnceWhenTheSessionEnds() {
    try (RawClient watcher = admitted(connect5("w"))) {
      watcher.send(subscribe5(1, "will", 1)).read();
      admitted(delayedWill(0x0E, "")).close();
      assertThat(watcher.read()).isEqualTo(delivered("32", "will", 1, "gone"));
    }
  }
}
