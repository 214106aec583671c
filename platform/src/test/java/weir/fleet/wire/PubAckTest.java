package weir.fleet.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PubAckTest {

  @Test
  void takesSuccessAndNobodyListeningAsTaken() {
    assertThat(PubAck.of((byte) 0x00)).isInstanceOf(PubAck.Taken.class);
    assertThat(PubAck.of((byte) 0x10)).isInstanceOf(PubAck.Taken.class);
  }

  @Test
  void comesBackLaterWhenThereIsNoRoom() {
    assertThat(PubAck.of((byte) 0x97)).isInstanceOf(PubAck.Later.class);
    assertThat(PubAck.of((byte) 0x80)).isInstanceOf(PubAck.Later.class);
  }

  @Test
  void takesAnyOtherReasonAsFinal() {
    assertThat(PubAck.of((byte) 0x87)).isEqualTo(new PubAck.Refused("reason 0x87"));
    assertThat(PubAck.of((byte) 0x99)).isEqualTo(new PubAck.Refused("reason 0x99"));
  }
}
