package weir.ingest.mqtt;

import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.ingest.Access.Identity;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.IntakeSettings;
import weir.ingest.TopicOwners;
import weir.log.LogRecord;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.testkit.MemoryLog;

/// A door on free ports over a log in memory, and what tests do with it.
///
/// Devices `d1` and `d2` own `iot/<id>/…`; a device's user name is its id and its password is
/// `secret`; the administrator is `admin`. Whoever shows nothing is anonymous.
final class DoorFixture implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(5);
  static final Topic RAW = new Topic("iot.raw");
  private static final Set<String> DEVICES = Set.of("d1", "d2");

  final MemoryLog log;
  final Intake intake;
  final MqttDoor door;
  final Queue events = new Queue();

  /// What presence told, in order.
  static final class Queue {
    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

    List<String> lines() {
      return List.copyOf(lines);
    }
  }

  static DoorFixture open() {
    return open(settings -> settings);
  }

  static DoorFixture open(UnaryOperator<SettingsDraft> change) {
    return new DoorFixture(
        new MemoryLog(), change.apply(new SettingsDraft()), IntakeSettings.defaults());
  }

  DoorFixture(MemoryLog log, SettingsDraft draft, IntakeSettings intakeSettings) {
    this(log, draft, intakeSettings, DeviceQuota.unlimited());
  }

  DoorFixture(
      MemoryLog log, SettingsDraft draft, IntakeSettings intakeSettings, DeviceQuota quota) {
    this.log = log;
    log.create(List.of(new TopicSpec(RAW, 4, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
    intake = new Intake(log, RAW, intakeSettings, quota);
    door =
        new MqttDoor(
            draft.settings(),
            intake,
            log,
            new Owners(),
            DoorFixture::identify,
            presence(),
            InstantSource.system());
    door.start();
  }

  private static Identity identify(
      @Nullable String user, @Nullable String password, boolean loopback) {
    if (user == null) {
      return new Identity.Anonymous();
    }
    if (!"secret".equals(password)) {
      return new Identity.Denied();
    }
    if (user.equals("admin")) {
      return new Identity.Administrator();
    }
    return DEVICES.contains(user)
        ? new Identity.Device(new DeviceId(user), null)
        : new Identity.Denied();
  }

  private static final class Owners implements TopicOwners {
    @Override
    public @Nullable DeviceId ownerOf(String topic) {
      String[] levels = topic.split("/", -1);
      return levels.length == 3 && levels[0].equals("iot") && DeviceId.isValid(levels[1])
          ? new DeviceId(levels[1])
          : null;
    }

    @Override
    public @Nullable DeviceId ownerOfFilter(String filter) {
      return ownerOf(filter);
    }
  }

  private Presence presence() {
    return new Presence() {
      @Override
      public void connected(String clientId, @Nullable DeviceId device) {
        events.lines.add("connected " + clientId);
      }

      @Override
      public void disconnected(String clientId, @Nullable DeviceId device, Departure how) {
        events.lines.add("disconnected " + clientId + " " + how);
      }

      @Override
      public void willPublished(String clientId, @Nullable DeviceId device, String topic) {
        events.lines.add("will " + clientId + " " + topic);
      }
    };
  }

  Mqtt5AsyncClient client5(String id) {
    return MqttClient.builder()
        .useMqttVersion5()
        .identifier(id)
        .serverHost("127.0.0.1")
        .serverPort(door.port())
        .buildAsync();
  }

  Mqtt3AsyncClient client3(String id) {
    return MqttClient.builder()
        .useMqttVersion3()
        .identifier(id)
        .serverHost("127.0.0.1")
        .serverPort(door.port())
        .buildAsync();
  }

  /// Waits until the raw topic has that many records, and answers them.
  List<LogRecord> awaitRaw(int count) {
    await().atMost(SOON).until(() -> log.records(RAW).size() >= count);
    return new ArrayList<>(log.records(RAW));
  }

  @Override
  public void close() {
    door.close();
    log.close();
  }
}
