package weir.app;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/// Sends as many devices in turn, over four connections, at a steady rate. What is not
/// acknowledged yet is bounded, so that it slows down when the platform does.
final class SteadyLoad implements AutoCloseable {

  private static final int CONNECTIONS = 4;
  private static final int OUTSTANDING_MAX = 5_000;
  private static final long BEAT_NANOS = 10_000_000L;

  private final List<Mqtt3AsyncClient> clients = new ArrayList<>();
  private final Semaphore outstanding = new Semaphore(OUTSTANDING_MAX);
  private final LongAdder acknowledged = new LongAdder();
  private final int devices;
  private final int eventsPerSecond;
  private final long started = System.nanoTime();
  private final Thread thread;
  private volatile boolean closing;

  SteadyLoad(int mqttPort, int devices, int eventsPerSecond) {
    this.devices = devices;
    this.eventsPerSecond = eventsPerSecond;
    for (int i = 0; i < CONNECTIONS; i++) {
      Mqtt3AsyncClient client =
          MqttClient.builder()
              .useMqttVersion3()
              .identifier("steady-load-" + i)
              .serverHost("127.0.0.1")
              .serverPort(mqttPort)
              .buildAsync();
      client.connect().join();
      clients.add(client);
    }
    thread = Thread.ofVirtual().name("steady-load").start(this::run);
  }

  private void run() {
    long sent = 0;
    while (!closing) {
      long due = (System.nanoTime() - started) * eventsPerSecond / 1_000_000_000L;
      for (; sent < due && !closing; sent++) {
        outstanding.acquireUninterruptibly();
        send(sent);
      }
      LockSupport.parkNanos(BEAT_NANOS);
    }
  }

  private void send(long number) {
    String device = "load-" + number % devices;
    String payload =
        "{\"device_id\":\"%s\",\"device_type\":\"smart_breaker\",\"measurements\":{\"voltage\":{\"value\":%d,\"unit\":\"V\"},\"current\":{\"value\":%d,\"unit\":\"A\"},\"temperature\":{\"value\":%d,\"unit\":\"°C\"}}}"
            .formatted(device, 225 + number % 10, 5 + number % 7, 20 + number % 15);
    var _ =
        clients
            .get((int) (number % CONNECTIONS))
            .publishWith()
            .topic("iot/" + device + "/raw")
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload(payload.getBytes(StandardCharsets.UTF_8))
            .send()
            .whenComplete(
                (done, failure) -> {
                  outstanding.release();
                  acknowledged.add(failure == null ? 1 : 0);
                });
  }

  void awaitEveryDevice() {
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> acknowledged.sum() >= devices);
  }

  /// Messages acknowledged each second since the start.
  double perSecond() {
    return acknowledged.sum() / ((System.nanoTime() - started) / 1e9);
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    clients.forEach(client -> client.disconnect().join());
  }
}
