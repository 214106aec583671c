package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.event.HeaderNames;
import weir.log.LogRecord;

class MqttDoorTest {

  private final DoorFixture fixture = DoorFixture.open();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void acknowledgesOnlyAfterTheAppend() throws Exception {
    Mqtt5AsyncClient client = fixture.client5("a");
    client.connect().get();
    fixture.log.hold();
    CompletableFuture<Mqtt5PublishResult> published = publish(client, "iot/d1/raw", "1");
    await().until(() -> fixture.log.heldCount() == 1);
    assertThat(published).isNotDone();
    fixture.log.release();
    assertThat(published).succeedsWithin(DoorFixture.SOON);
  }

  @Test
  void refusesWhatTheLogDoesNotTake() throws Exception {
    Mqtt5AsyncClient client = fixture.client5("a");
    client.connect().get();
    fixture.log.failAppends();
    assertThatThrownBy(() -> publish(client, "iot/d1/raw", "1").get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            Mqtt5PubAckException.class,
            e ->
                assertThat(e.getMqttMessage().getReasonCode())
                    .isEqualTo(Mqtt5PubAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR));
  }

  @Test
  void logsTheBytesUntouchedUnderTheDevice() throws Exception {
    Mqtt3AsyncClient client = fixture.client3("a");
    client.connect().get();
    client
        .publish(
            Mqtt3Publish.builder()
                .topic("iot/d1/raw")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("{ \"x\":1 }".getBytes(StandardCharsets.UTF_8))
                .build())
        .get();
    LogRecord record = fixture.awaitRaw(1).getFirst();
    assertThat(record.key()).isEqualTo("d1");
    assertThat(record.value()).asString(StandardCharsets.UTF_8).isEqualTo("{ \"x\":1 }");
    assertThat(record.headers().text(HeaderNames.PATH)).hasValue("iot/d1/raw");
    assertThat(record.headers().text(HeaderNames.DOOR)).hasValue("mqtt");
    assertThat(record.headers().text(HeaderNames.QOS)).hasValue("1");
    assertThat(record.headers().text(HeaderNames.EVENT_ID)).isPresent();
  }

  @Test
  void takesTheEventIdOfTheSender() throws Exception {
    Mqtt5AsyncClient client = fixture.client5("a");
    client.connect().get();
    client
        .publish(
            Mqtt5Publish.builder()
                .topic("iot/d1/raw")
                .qos(MqttQos.AT_LEAST_ONCE)
                .userProperties()
                .add("event-id", "e-1")
                .applyUserProperties()
                .build())
        .get();
    assertThat(fixture.awaitRaw(1).getFirst().headers().text(HeaderNames.EVENT_ID)).hasValue("e-1");
  }

  @Test
  void deliversToSubscribersOfBothVersions() throws Exception {
    BlockingQueue<String> received = new LinkedBlockingQueue<>();
    Mqtt5AsyncClient five = fixture.client5("five");
    five.connect().get();
    five.subscribeWith()
        .topicFilter("iot/+/raw")
        .callback(publish -> received.add("5 " + text(publish.getPayloadAsBytes())))
        .send()
        .get();
    Mqtt3AsyncClient three = fixture.client3("three");
    three.connect().get();
    three
        .subscribeWith()
        .topicFilter("iot/#")
        .callback(publish -> received.add("3 " + text(publish.getPayloadAsBytes())))
        .send()
        .get();
    publish(five, "iot/d1/raw", "x").get();
    assertThat(received.poll(5, TimeUnit.SECONDS)).isIn("5 x", "3 x");
    assertThat(received.poll(5, TimeUnit.SECONDS)).isIn("5 x", "3 x");
    three.disconnect().get();
    five.disconnect().get();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static CompletableFuture<Mqtt5PublishResult> publish(
      Mqtt5AsyncClient client, String topic, String payload) {
    return client.publish(
        Mqtt5Publish.builder()
            .topic(topic)
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload(payload.getBytes(StandardCharsets.UTF_8))
            .build());
  }
}
