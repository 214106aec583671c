package weir.testkit;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A device that publishes as fast as its window allows, reconnects by itself, and keeps a ledger
/// of the event ids that were acknowledged to it.
public final class LedgerSender implements AutoCloseable {

  private static final int WINDOW = 16;

  private final String device;
  private final String body;
  private final Duration pause;
  private final Mqtt5AsyncClient client;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Semaphore window = new Semaphore(WINDOW);
  private final Thread thread;
  private volatile boolean running = true;

  public LedgerSender(String device, int port) {
    this(device, port, Duration.ZERO);
  }

  /// @param pause between two messages
  public LedgerSender(String device, int port, Duration pause) {
    this(
        device,
        port,
        "\"device_type\":\"smart_meter\",\"measurements\":{\"demand\":{\"value\":7}}",
        pause);
  }

  /// @param body the fields of each message beside its device, time and number
  public LedgerSender(String device, int port, String body) {
    this(device, port, body, Duration.ZERO);
  }

  private LedgerSender(String device, int port, String body, Duration pause) {
    this.device = device;
    this.body = body;
    this.pause = pause;
    this.client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(device)
            .serverHost("127.0.0.1")
            .serverPort(port)
            .automaticReconnect()
            .initialDelay(50, TimeUnit.MILLISECONDS)
            .maxDelay(500, TimeUnit.MILLISECONDS)
            .applyAutomaticReconnect()
            .buildAsync();
    client
        .connectWith()
        .cleanStart(false)
        .sessionExpiryInterval(3_600)
        .send()
        .orTimeout(30, TimeUnit.SECONDS)
        .join();
    thread = Thread.ofVirtual().name("sender-" + device).start(this::run);
  }

  private void run() {
    try {
      for (int number = 0; running; number++) {
        if (window.tryAcquire(200, TimeUnit.MILLISECONDS)) {
          publish(device + "-" + number, number);
          LockSupport.parkNanos(pause.toNanos());
        } else {
          number--;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(String eventId, int number) {
    String payload =
        "{\"device_id\":\"%s\",\"timestamp\":\"%s\",\"sequence\":%d,%s}"
            .formatted(device, Instant.now(), number, body);
    var _ =
        client
            .publishWith()
            .topic("iot/" + device + "/raw")
            .qos(MqttQos.AT_LEAST_ONCE)
            .payload(payload.getBytes(StandardCharsets.UTF_8))
            .userProperties()
            .add("event-id", eventId)
            .applyUserProperties()
            .send()
            .whenComplete((result, failure) -> note(eventId, result, failure));
  }

  private void note(String eventId, Mqtt5PublishResult result, Throwable failure) {
    window.release();
    if (failure == null && result.getError().isEmpty()) {
      acknowledged.add(eventId);
    }
  }

  /// Ids that the platform has acknowledged so far.
  public Set<String> acknowledged() {
    return acknowledged;
  }

  /// Stops publishing, and waits until everything on its way is answered or failed.
  public void finish() throws InterruptedException {
    running = false;
    thread.join();
    if (!window.tryAcquire(WINDOW, 60, TimeUnit.SECONDS)) {
      throw new IllegalStateException(device + " waits for acknowledgements");
    }
  }

  @Override
  public void close() {
    running = false;
    client.disconnect().orTimeout(5, TimeUnit.SECONDS).exceptionally(failure -> null).join();
  }
}
