package weir.ingest.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static weir.ingest.mqtt.Packets.bytes;
import static weir.ingest.mqtt.Packets.connect3;
import static weir.ingest.mqtt.Packets.connect5;
import static weir.ingest.mqtt.Packets.hex;
import static weir.ingest.mqtt.Packets.packet;
import static weir.ingest.mqtt.Packets.publish3;
import static weir.ingest.mqtt.Packets.publish5;
import static weir.ingest.mqtt.Packets.subscribe3;
import static weir.ingest.mqtt.Packets.subscribe5;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.ingest.DeviceQuota;
import weir.ingest.IntakeSettings;
import weir.testkit.MemoryLog;

/// Acknowledgements, retained messages and what subscribers get.
class DeliveryTest {

  private final DoorFixture fixture = DoorFixture.open();

  @AfterEach
  void close() {
    fixture.close();
  }

  private RawClient admitted(byte[] connect) {
    return RawClient.admitted(fixture.door.port(), connect);
  }

  private static String qos0(String flags, String topic, String properties, String payload) {
    byte[] block = hex(properties);
    byte[] body = bytes(topic, block.length, block, payload.getBytes(StandardCharsets.UTF_8));
    return flags + "%02x".formatted(body.length) + HexFormat.of().formatHex(body);
  }

  private static byte[] retain(int packetId, String topic, String payload) {
    return packet(0x33, topic, 0, packetId, 0, payload.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void acknowledgesInTheOrderOfTheMessages() {
    try (RawClient client = admitted(connect3("c"))) {
      fixture.log.hold();
      for (int i = 1; i <= 20; i++) {
        client.send(publish3(i, "iot/d" + i % 7 + "/raw", "x"));
      }
      await().until(() -> fixture.log.heldCount() == 20);
      assertThat(client.isSilent()).isTrue();
      fixture.log.release();
      for (int i = 1; i <= 20; i++) {
        assertThat(client.read()).isEqualTo("400200%02x".formatted(i));
      }
    }
  }

  @Test
  void closesOn311ClientsWhenTheLogFails() {
    try (RawClient client = admitted(connect3("c"))) {
      fixture.log.failAppends();
      assertThat(client.send(publish3(1, "t", "x")).read()).isEqualTo(RawClient.CLOSED);
    }
  }

  @Test
  void deliversNothingThatTheLogRefused() {
    try (RawClient subscriber = admitted(connect5("s"));
        RawClient client = admitted(connect5("c"))) {
      subscriber.send(subscribe5(1, "#", 1)).read();
      fixture.log.failAppends();
      assertThat(client.send(publish5(1, "t", "x")).read()).matches("40..000183.*");
      assertThat(subscriber.isSilent()).isTrue();
    }
  }

  @Test
  void endsAConnectionThatExceedsTheReceiveMaximum() {
    try (RawClient client = admitted(connect5("c"));
        RawClient neighbour = admitted(connect5("n"))) {
      fixture.log.hold();
      for (int i = 1; i <= 65; i++) {
        client.send(publish5(i, "t", "x"));
      }
      assertThat(client.read()).matches("e0..93.*");
      assertThat(neighbour.send(hex("c000")).read()).isEqualTo("d000");
    }
  }

  @Test
  void stopsReadingWhileTheLogIsBehind() {
    try (DoorFixture small =
            new DoorFixture(new MemoryLog(), new SettingsDraft(), new IntakeSettings(1024, 4096));
        RawClient client = RawClient.admitted(small.door.port(), connect3("c"));
        RawClient neighbour = RawClient.admitted(small.door.port(), connect3("n"))) {
      small.log.hold();
      for (int i = 1; i <= 100; i++) {
        client.send(publish3(i, "t", "x".repeat(500)));
      }
      await().until(() -> !small.intake.hasRoom());
      assertThat(small.log.heldCount()).isBetween(5, 10);
      assertThat(neighbour.send(hex("c000")).read()).isEqualTo("d000");
      small.log.release();
      for (int i = 1; i <= 100; i++) {
        assertThat(client.read()).isEqualTo("400200%02x".formatted(i));
      }
    }
  }

  @Test
  void survivesAFloodOfQos0() {
    try (DoorFixture small =
            new DoorFixture(new MemoryLog(), new SettingsDraft(), new IntakeSettings(1024, 4096));
        RawClient client = RawClient.admitted(small.door.port(), connect3("c"))) {
      for (int i = 0; i < 5000; i++) {
        client.send(packet(0x30, "t", "x".repeat(200)));
      }
      small.awaitRaw(5000);
    }
  }

  @Test
  void retriedMessagesAreNewOnes() {
    byte[] again = publish3(1, "t", "x");
    again[0] |= 0x08;
    try (RawClient client = admitted(connect3("c"))) {
      assertThat(client.send(publish3(1, "t", "x")).read()).isEqualTo("40020001");
      assertThat(client.send(again).read()).isEqualTo("40020001");
    }
    assertThat(fixture.log.records(DoorFixture.RAW)).hasSize(2);
  }

  @Test
  void refusesMessagesLongerThanTheIntakeTakes() {
    try (DoorFixture small =
            new DoorFixture(new MemoryLog(), new SettingsDraft(), new IntakeSettings(100, 4096));
        RawClient client = RawClient.admitted(small.door.port(), connect5("c"))) {
      assertThat(client.send(publish5(1, "t", "x".repeat(101))).read()).matches("40..+000197.*");
      assertThat(client.send(publish5(2, "t", "x")).read()).isEqualTo("40020002");
    }
  }

  @Test
  void refusesADeviceMoreThanItsShare() {
    DeviceQuota two = new DeviceQuota(1, 2, () -> 0);
    try (DoorFixture small =
            new DoorFixture(new MemoryLog(), new SettingsDraft(), IntakeSettings.defaults(), two);
        RawClient client = RawClient.admitted(small.door.port(), connect5("c"))) {
      assertThat(client.send(retain(1, "iot/d1/raw", "x")).read()).isEqualTo("40020001");
      assertThat(client.send(retain(2, "iot/d1/raw", "x")).read()).isEqualTo("40020002");
      assertThat(client.send(retain(3, "iot/d1/raw", "x")).read()).matches("40..000397.*");
      assertThat(client.send(publish5(4, "iot/d2/raw", "x")).read()).isEqualTo("40020004");
    }
  }

  @Test
  void sendsRetainedMessagesToNewSubscriptions() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(retain(1, "a/b", "kept")).read();
      client.send(subscribe5(2, "a/+", 0));
      assertThat(client.read()).isEqualTo("900400020000");
      assertThat(client.read()).isEqualTo(qos0("31", "a/b", "", "kept"));
      client.send(packet(0x31, "a/b", 0));
      assertThat(client.read()).isEqualTo(qos0("30", "a/b", "", ""));
      assertThat(client.send(subscribe5(3, "a/b", 0)).read()).isEqualTo("900400030000");
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void keepsRetainedMessagesOverARestart() {
    MemoryLog log = new MemoryLog();
    byte[] property = bytes(0x26, "a", "b");
    try (DoorFixture first = new DoorFixture(log, new SettingsDraft(), IntakeSettings.defaults());
        RawClient client = RawClient.admitted(first.door.port(), connect5("c"))) {
      client.send(packet(0x33, "t", 0, 1, property.length, property, 'x' + 0)).read();
      client.send(retain(2, "gone", "x")).read();
      client.send(retain(3, "gone", "")).read();
      first.door.close();
      try (DoorFixture second =
              new DoorFixture(log, new SettingsDraft(), IntakeSettings.defaults());
          RawClient reader = RawClient.admitted(second.door.port(), connect5("r"))) {
        reader.send(subscribe5(1, "#", 0)).read();
        assertThat(reader.read())
            .isEqualTo(qos0("31", "t", HexFormat.of().formatHex(property), "x"));
        assertThat(reader.isSilent()).isTrue();
      }
    }
  }

  @Test
  void followsTheRetainHandlingOption() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(retain(1, "t", "kept")).read();
      client.send(subscribe5(1, "t", 0x10)).read();
      assertThat(client.read()).startsWith("31");
      client.send(subscribe5(2, "t", 0x10)).read();
      assertThat(client.isSilent()).isTrue();
      client.send(subscribe5(3, "t", 0x20)).read();
      assertThat(client.isSilent()).isTrue();
      client.send(subscribe5(4, "t", 0x00)).read();
      assertThat(client.read()).startsWith("31");
    }
  }

  @Test
  void followsRetainAsPublishedAndNoLocal() {
    try (RawClient client = admitted(connect5("c"));
        RawClient other = admitted(connect5("o"))) {
      client.send(subscribe5(1, "t", 0x08)).read();
      other.send(subscribe5(1, "t", 0x04)).read();
      other.send(retain(1, "t", "x")).read();
      assertThat(client.read()).isEqualTo(qos0("31", "t", "", "x"));
      assertThat(other.isSilent()).isTrue();
    }
  }

  @Test
  void deliversOnceForOverlappingSubscriptions() {
    try (RawClient client = admitted(connect5("c"));
        RawClient publisher = admitted(connect5("p"))) {
      client.send(packet(0x82, 0, 1, 2, 0x0B, 7, "a/#", 0)).read();
      client.send(packet(0x82, 0, 2, 2, 0x0B, 9, "a/b", 1)).read();
      publisher.send(publish5(1, "a/b", "x")).read();
      assertThat(client.read())
          .matches("320d0003612f62" + "0001" + "04" + "(0b070b09|0b090b07)" + "78");
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void sharesMessagesAmongTheMembersOfAGroup() {
    try (RawClient one = admitted(connect5("one"));
        RawClient two = admitted(connect5("two"));
        RawClient publisher = admitted(connect5("p"))) {
      one.send(subscribe5(1, "$share/g/t", 0)).read();
      two.send(subscribe5(1, "$share/g/t", 0)).read();
      for (int i = 1; i <= 20; i++) {
        publisher.send(publish5(i, "t", "" + i)).read();
      }
      await().until(() -> fixture.door.counts().deliveries() == 20);
      List<String> first = allBeforePong(one);
      List<String> second = allBeforePong(two);
      assertThat(first).isNotEmpty().doesNotContainAnyElementsOf(second);
      assertThat(second).isNotEmpty();
      assertThat(first.size() + second.size()).isEqualTo(20);
      two.send(hex("e000"));
      await().until(() -> fixture.door.counts().sessions() == 2);
      publisher.send(publish5(5, "t", "5")).read();
      publisher.send(publish5(6, "t", "6")).read();
      assertThat(one.read()).isEqualTo(qos0("30", "t", "", "5"));
      assertThat(one.read()).isEqualTo(qos0("30", "t", "", "6"));
    }
  }

  private static List<String> allBeforePong(RawClient client) {
    List<String> packets = new ArrayList<>();
    client.send(hex("c000"));
    for (String next = client.read(); !next.equals("d000"); next = client.read()) {
      packets.add(next);
    }
    return packets;
  }

  @Test
  void doesNotMatchSystemTopicsByWildcards() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(subscribe5(1, "#", 0)).read();
      client.send(subscribe5(2, "+/x", 0)).read();
      client.send(subscribe5(3, "$weir/x", 0)).read();
      var _ = fixture.door.publish("$weir/y", new byte[] {'n'}, Audience.ALL);
      var _ = fixture.door.publish("$weir/x", new byte[] {'y'}, Audience.ALL);
      assertThat(client.read()).isEqualTo(qos0("30", "$weir/x", "", "y"));
      assertThat(client.isSilent()).isTrue();
    }
  }

  @Test
  void tellsWhetherItsOwnMessagesArrived() {
    RawClient leaves = admitted(connect5("leaves"));
    try (RawClient there = admitted(connect5("there"))) {
      there.send(subscribe5(1, "a", 1)).read();
      leaves.send(subscribe5(1, "b", 1)).read();
      CompletableFuture<Boolean> taken = publish(fixture, "a");
      CompletableFuture<Boolean> lost = publish(fixture, "b");
      assertThat(there.read()).startsWith("32");
      assertThat(leaves.read()).startsWith("32");
      assertThat(taken).isNotDone();

      there.send(hex("40020001"));
      leaves.close();

      assertThat(taken).succeedsWithin(DoorFixture.SOON).isEqualTo(true);
      assertThat(lost).succeedsWithin(DoorFixture.SOON).isEqualTo(false);
      assertThat(publish(fixture, "nobody/listens")).isCompletedWithValue(false);
    }
  }

  private static CompletableFuture<Boolean> publish(DoorFixture to, String topic) {
    return to.door.publish(topic, new byte[] {'x'}, Audience.ALL);
  }

  @Test
  void aMessageThatNobodyOfItsAudienceHadRoomForIsLost() {
    try (DoorFixture small = DoorFixture.open(draft -> draft.with("sessionQueueMax", 1));
        RawClient device = RawClient.admitted(small.door.port(), connect5("d1", hex("210001")));
        RawClient other = RawClient.admitted(small.door.port(), connect5("other"))) {
      device.send(subscribe5(1, "iot/d1/commands", 1)).read();
      other.send(subscribe5(1, "iot/+/commands", 1)).read();
      CompletableFuture<Boolean> first = publish(small, "iot/d1/commands");
      assertThat(device.read()).startsWith("32");
      assertThat(other.read()).startsWith("32");
      CompletableFuture<Boolean> waits = publish(small, "iot/d1/commands");

      assertThat(
              small.door.publish(
                  "iot/d1/commands", new byte[] {'x'}, (client, filter) -> client.equals("d1")))
          .isCompletedWithValue(false);
      assertThat(
              small.door.publish(
                  "iot/d1/commands", new byte[] {'x'}, (client, filter) -> client.equals("d9")))
          .isCompletedWithValue(false);
      assertThat(first).isNotDone();
      assertThat(waits).isNotDone();
    }
  }

  @Test
  void whatThePlatformRetainsDoesNotCountAgainstTheClientsLimit() {
    try (DoorFixture small = DoorFixture.open(draft -> draft.with("retainedMax", 1));
        RawClient client = RawClient.admitted(small.door.port(), connect5("c"))) {
      for (int i = 0; i < 5; i++) {
        small.door.retain("iot/p" + i + "/status", new byte[] {'x'}, () -> {});
      }
      assertThat(client.send(retain(1, "iot/d1/raw", "x")).read()).isEqualTo("40020001");
      assertThat(client.send(retain(2, "iot/d2/raw", "x")).read()).matches("40..000297.*");
      assertThat(small.door.counts().retained()).isEqualTo(6);
      assertThat(small.door.retained("iot/p4/status")).contains(new byte[] {'x'});
    }
  }

  @Test
  void whatAClientRetainsDoesNotTakeThePlaceOfWhatThePlatformRetains() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(subscribe5(1, "iot/d1/status", 1)).read();
      fixture.door.retain("iot/d1/status", new byte[] {'p'}, () -> {});
      assertThat(client.read()).startsWith("32");

      client.send(retain(1, "iot/d1/status", "offline"));
      client.send(retain(2, "iot/d1/status", ""));

      assertThat(List.of(client.read(), client.read(), client.read(), client.read()))
          .contains("40020001", "40020002")
          .anyMatch(packet -> packet.endsWith(HexFormat.of().formatHex("offline".getBytes(UTF_8))));
      assertThat(fixture.door.retained("iot/d1/status")).contains(new byte[] {'p'});
    }
  }

  @Test
  void stopsDeliveringAfterUnsubscribe() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(subscribe5(1, "t", 0)).read();
      assertThat(client.send(packet(0xA2, 0, 2, 0, "t", "u")).read()).isEqualTo("b0050002000011");
      client.send(publish5(1, "t", "x"));
      assertThat(client.read()).isEqualTo("40020001");
      assertThat(client.isSilent()).isTrue();
    }
    try (RawClient client = admitted(connect3("c"))) {
      assertThat(client.send(packet(0xA2, 0, 2, "t")).read()).isEqualTo("b0020002");
    }
  }

  @Test
  void grantsQos1ForQos2() {
    try (RawClient five = admitted(connect5("5"));
        RawClient three = admitted(connect3("3"))) {
      assertThat(five.send(subscribe5(1, "t", 2)).read()).isEqualTo("900400010001");
      assertThat(three.send(subscribe3(1, "t", 2)).read()).isEqualTo("9003000101");
    }
  }

  @Test
  void understandsTopicAliases() {
    try (RawClient client = admitted(connect5("c"))) {
      client.send(packet(0x32, "iot/d1/raw", 0, 1, 3, hex("230005"), 'a' + 0)).read();
      client.send(packet(0x32, "", 0, 2, 3, hex("230005"), 'b' + 0)).read();
      client.send(packet(0x32, "iot/d2/raw", 0, 3, 3, hex("230005"), 'c' + 0)).read();
      client.send(packet(0x32, "", 0, 4, 3, hex("230005"), 'd' + 0)).read();
    }
    assertThat(fixture.log.records(DoorFixture.RAW))
        .extracting(
            record -> record.key() + new String(payload(record.value()), StandardCharsets.UTF_8))
        .containsExactlyInAnyOrder("d1a", "d1b", "d2c", "d2d");
  }

  private static byte[] payload(byte @Nullable [] value) {
    return value == null ? new byte[0] : value;
  }

  @Test
  void passesPropertiesOnUnaltered() {
    String properties = "0101" + "030001" + "63" + "080001" + "72" + "090001" + "64";
    byte[] block = hex(properties);
    try (RawClient client = admitted(connect5("c"));
        RawClient old = admitted(connect3("o"))) {
      client.send(subscribe5(1, "t", 0)).read();
      old.send(subscribe3(1, "t", 0)).read();
      client.send(packet(0x30, "t", block.length, block, 'x' + 0));
      assertThat(client.read()).isEqualTo(qos0("30", "t", properties, "x"));
      assertThat(old.read()).isEqualTo("3004" + "000174" + "78");
    }
  }

  @Test
  void dropsQos0ForASlowSubscriber() {
    try (RawClient slow = admitted(connect5("slow"));
        RawClient publisher = admitted(connect5("p"))) {
      slow.send(subscribe5(1, "t", 0)).read();
      int id = 0;
      while (fixture.door.counts().drops() == 0 && id < 20_000) {
        id++;
        publisher.send(publish5(id, "t", "x".repeat(20_000))).read();
      }
      assertThat(fixture.door.counts().drops()).isPositive();
    }
  }
}
