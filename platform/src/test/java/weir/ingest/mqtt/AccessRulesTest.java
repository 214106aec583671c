package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static weir.ingest.mqtt.Packets.bytes;
import static weir.ingest.mqtt.Packets.connect3;
import static weir.ingest.mqtt.Packets.connect5;
import static weir.ingest.mqtt.Packets.login;
import static weir.ingest.mqtt.Packets.packet;
import static weir.ingest.mqtt.Packets.publish3;
import static weir.ingest.mqtt.Packets.publish5;
import static weir.ingest.mqtt.Packets.subscribe3;
import static weir.ingest.mqtt.Packets.subscribe5;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A device's credential reaches the device's own topics, and nothing else.
class AccessRulesTest {

  private final DoorFixture fixture = DoorFixture.open();

  @AfterEach
  void close() {
    fixture.close();
  }

  private RawClient device(int level) {
    return RawClient.admitted(fixture.door.port(), login(level, "d1", "d1", "secret"));
  }

  @Test
  void refusesWrongPasswords() {
    try (RawClient five = new RawClient(fixture.door.port());
        RawClient three = new RawClient(fixture.door.port())) {
      assertThat(five.send(login(5, "d1", "d1", "wrong")).read()).matches("20..0086.*");
      assertThat(three.send(login(4, "d1", "d1", "wrong")).read()).isEqualTo("20020004");
    }
    assertThat(fixture.door.counts().connectRefusals()).isEqualTo(2);
  }

  @Test
  void refusesAnonymousClientsWhenTold() {
    try (DoorFixture closed = DoorFixture.open(draft -> draft.with("anonymous", false));
        RawClient five = new RawClient(closed.door.port());
        RawClient three = new RawClient(closed.door.port())) {
      assertThat(five.send(connect5("a")).read()).matches("20..0087.*");
      assertThat(three.send(connect3("a")).read()).isEqualTo("20020005");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"d2", "x", "D1", "iot"})
  void refusesClientIdsOfOthers(String clientId) {
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(login(5, clientId, "d1", "secret")).read()).matches("20..0085.*");
    }
  }

  @Test
  void letsADevicePublishToItsOwnTopicsOnly() {
    try (RawClient client = device(5)) {
      assertThat(client.send(publish5(1, "iot/d1/raw", "x")).read()).isEqualTo("40020001");
      assertThat(client.send(publish5(2, "iot/d2/raw", "x")).read()).matches("40..000287.*");
      assertThat(client.send(publish5(3, "other", "x")).read()).matches("40..000387.*");
    }
    assertThat(fixture.log.records(DoorFixture.RAW)).hasSize(1);
    assertThat(fixture.door.counts().publishRefusals()).isEqualTo(2);
  }

  @Test
  void closesOn311DevicesThatPublishElsewhere() {
    try (RawClient client = device(4)) {
      client.send(publish3(1, "iot/d1/raw", "x"), publish3(2, "iot/d2/raw", "x"));
      assertThat(client.read()).isEqualTo("40020001");
      assertThat(client.read()).isEqualTo(RawClient.CLOSED);
    }
    assertThat(fixture.log.records(DoorFixture.RAW)).hasSize(1);
  }

  @Test
  void keepsTheOrderOfAcknowledgementsWhenOneIsRefused() {
    try (RawClient client = device(5)) {
      fixture.log.hold();
      client.send(publish5(1, "iot/d1/raw", "x"), publish5(2, "iot/d2/raw", "x"));
      assertThat(client.isSilent()).isTrue();
      fixture.log.release();
      assertThat(client.read()).isEqualTo("40020001");
      assertThat(client.read()).matches("40..000287.*");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"iot/d2/raw", "iot/+/raw", "#", "iot/#", "+/d1/raw", "$share/g/iot/d2/x"})
  void refusesADeviceTheTopicsOfOthers(String filter) {
    try (RawClient five = device(5)) {
      assertThat(five.send(subscribe5(1, filter, 1)).read()).isEqualTo("900400010087");
    }
    try (RawClient three = device(4)) {
      assertThat(three.send(subscribe3(1, filter, 1)).read()).isEqualTo("9003000180");
    }
    assertThat(fixture.door.counts().subscribeRefusals()).isEqualTo(2);
  }

  @Test
  void refusesADeviceAWillOnTheTopicOfAnother() {
    byte[] connect =
        packet(0x10, "MQTT", 5, 0xC6, 0, 60, 0, "d1", 0, "iot/d2/status", "x", "d1", "secret");
    try (RawClient client = new RawClient(fixture.door.port())) {
      assertThat(client.send(connect).read()).matches("20..0087.*");
    }
  }

  @Test
  void keepsClientIdsOfDifferentIdentitiesApart() {
    try (RawClient device = device(5);
        RawClient stranger = RawClient.admitted(fixture.door.port(), connect5("d1"));
        RawClient admin =
            RawClient.admitted(fixture.door.port(), login(5, "d1", "admin", "secret"))) {
      assertThat(device.isSilent()).isTrue();
      assertThat(stranger.isSilent()).isTrue();
      assertThat(admin.isSilent()).isTrue();
    }
  }

  @Test
  void boundsTheRetainedMessagesOfADevice() {
    try (DoorFixture small = DoorFixture.open(draft -> draft.with("retainedPerDeviceMax", 2));
        RawClient client = RawClient.admitted(small.door.port(), login(5, "d1", "d1", "secret"))) {
      for (int i = 1; i <= 3; i++) {
        client.send(packet(0x33, "iot/d1/r" + i, 0, i, 0, bytes("x")));
      }
      assertThat(client.read()).isEqualTo("40020001");
      assertThat(client.read()).isEqualTo("40020002");
      assertThat(client.read()).matches("40..000397.*");
      assertThat(small.door.counts().retained()).isEqualTo(2);
    }
  }

  @Test
  void keysMessagesByTheCredentialsDevice() {
    try (RawClient client = device(5)) {
      client.send(publish5(1, "iot/d1/raw", "x")).read();
    }
    assertThat(fixture.log.records(DoorFixture.RAW).getFirst().key()).isEqualTo("d1");
  }

  @Test
  void refusesIllegalEventIds() {
    byte[] property = bytes(0x26, "event-id", "no spaces");
    byte[] publish = packet(0x32, "iot/d1/raw", 0, 1, property.length, property, bytes("x"));
    try (RawClient client = device(5)) {
      assertThat(client.send(publish).read()).matches("40..000199.*");
    }
    assertThat(fixture.log.records(DoorFixture.RAW)).isEmpty();
  }
}
