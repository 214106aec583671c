package weir.testkit;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A stock MQTT client that notes what it hears, and comes back when the platform does.
public final class Listener implements AutoCloseable {

  /// A message as it came.
  public record Heard(String topic, String payload, int qos, boolean retained) {}

  private final List<Heard> heard = new CopyOnWriteArrayList<>();
  private final Mqtt5AsyncClient client;

  /// Connects and subscribes with QoS 1; returns when the subscriptions are granted.
  public Listener(int port, String... filters) {
    this(client("listener-" + UUID.randomUUID(), port), 0, filters);
  }

  /// The same with a session that a broker keeps while it, or the client, is away.
  public static Listener remembered(int port, String... filters) {
    return new Listener(client("listener-" + UUID.randomUUID(), port), 3_600, filters);
  }

  /// The same as a device that shows its credential.
  public static Listener ofDevice(int port, String device, String token, String... filters) {
    Mqtt5ClientBuilder client =
        client(device, port)
            .simpleAuth()
            .username(device)
            .password(token.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth();
    return new Listener(client, 0, filters);
  }

  private static Mqtt5ClientBuilder client(String name, int port) {
    return MqttClient.builder()
        .useMqttVersion5()
        .identifier(name)
        .serverHost("127.0.0.1")
        .serverPort(port)
        .automaticReconnect()
        .initialDelay(50, TimeUnit.MILLISECONDS)
        .maxDelay(200, TimeUnit.MILLISECONDS)
        .applyAutomaticReconnect();
  }

  private Listener(Mqtt5ClientBuilder builder, long keptSeconds, String... filters) {
    client = builder.buildAsync();
    client
        .connectWith()
        .cleanStart(keptSeconds == 0)
        .sessionExpiryInterval(keptSeconds)
        .send()
        .join();
    for (String filter : filters) {
      client
          .subscribeWith()
          .topicFilter(filter)
          .qos(MqttQos.AT_LEAST_ONCE)
          .callback(this::note)
          .send()
          .join();
    }
  }

  private void note(Mqtt5Publish publish) {
    heard.add(
        new Heard(
            publish.getTopic().toString(),
            new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8),
            publish.getQos().getCode(),
            publish.isRetain()));
  }

  /// Publishes with QoS 1; returns when it is acknowledged.
  public void publish(String topic, String payload) {
    client
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload.getBytes(StandardCharsets.UTF_8))
        .send()
        .join();
  }

  public List<Heard> heard() {
    return List.copyOf(heard);
  }

  public List<String> topics() {
    return heard.stream().map(Heard::topic).toList();
  }

  /// The topics that name a device, in the order heard.
  public List<String> topicsOf(String device) {
    return topics().stream().filter(topic -> topic.contains("/" + device + "/")).toList();
  }

  /// The newest payload heard on a topic.
  public String payload(String topic) {
    return heard.reversed().stream()
        .filter(one -> one.topic().equals(topic))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing heard on " + topic))
        .payload();
  }

  @Override
  public void close() {
    client.disconnect().join();
  }
}
