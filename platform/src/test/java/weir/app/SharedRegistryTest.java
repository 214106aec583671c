package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.life.DeviceChangeFollower;
import weir.app.life.DeviceChangeRelay;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceQuery;
import weir.device.DeviceSettings;
import weir.device.DirectoryException;
import weir.device.FirstContact;
import weir.device.Form;
import weir.device.Outcome;
import weir.device.Precondition;
import weir.device.Registry;
import weir.device.Revisions;
import weir.device.SqlEngine;
import weir.device.command.Command;
import weir.device.command.CommandDesk;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.subscriber.Applications;
import weir.subscriber.Endpoints;
import weir.subscriber.SecretBox;
import weir.subscriber.SubscriberSettings;
import weir.testkit.MemoryLog;
import weir.testkit.PostgresServer;
import weir.testkit.TestEngine;

/// Two processes on one registry, as far as one JVM can play them.
class SharedRegistryTest {

  private static final Topic TOPIC = new Topic("iot.devices");
  private static final Duration A_SECOND = Duration.ofSeconds(1);
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir private Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private Registry one;
  private Registry other;

  @BeforeEach
  void openBoth() {
    one = registry();
    other = registry();
  }

  private Registry registry() {
    SqlEngine engine = TestEngine.POSTGRES.in(folder, "registry.db");
    Registry registry = new Registry(engine, DeviceSettings.defaults(), CLOCK);
    open.add(registry);
    registry.revisions().start();
    return registry;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  /// The devices whose connections the other process is to end.
  private List<DeviceId> barredAtOther() {
    List<DeviceId> barred = new CopyOnWriteArrayList<>();
    other.watch(barred::add);
    return barred;
  }

  private static ObjectNode json(String text) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  private static <T> T saved(Outcome<T> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Saved.class);
    return ((Outcome.Saved<T>) outcome).value();
  }

  @Test
  void theSeedsArePlantedOnce() {
    assertThat(one.devices().count(DeviceQuery.first(1))).isEqualTo(15);
    assertThat(other.types().list()).isEqualTo(one.types().list());
  }

  @Test
  void typesAndParametersReachTheOtherWithinASecond() throws Exception {
    saved(one.types().create(json("{\"name\": \"novel\", \"retention_policy\": \"7_days\"}")));
    await().atMost(A_SECOND).until(() -> other.directory().type("novel").isPresent());

    saved(one.types().delete("novel", Precondition.NONE));
    await().atMost(A_SECOND).until(() -> other.directory().type("novel").isEmpty());
  }

  @Test
  void aRevokedTokenIsRefusedByTheOtherWithinASecondAndEndsItsConnections() throws Exception {
    List<DeviceId> barred = barredAtOther();
    DeviceId device = new DeviceId("breaker-001");
    var issued = saved(one.credentials().issue(device, json("{}")));
    await()
        .atMost(A_SECOND)
        .until(() -> other.credentials().verify("breaker-001", issued.token()).isPresent());

    saved(one.credentials().revoke(device, issued.credential().id()));
    await()
        .atMost(A_SECOND)
        .until(() -> other.credentials().verify("breaker-001", issued.token()).isEmpty());
    await().atMost(A_SECOND).until(() -> barred.contains(device));
    assertThat(barred).containsExactly(device);
  }

  @Test
  void changedDevicesReachTheOtherThroughTheLog() throws Exception {
    DeviceId id = new DeviceId("esp32-01");
    MemoryLog log = log();
    DeviceChangeRelay relay = relay(one, log, new CopyOnWriteArrayList<>());
    await().until(() -> one.outbox().pending(0, 1).isEmpty());
    List<DeviceId> barred = barredAtOther();
    DeviceChangeFollower follower =
        new DeviceChangeFollower(log, TOPIC, other, InstantSource.system());
    open.add(follower);
    follower.start();
    assertThat(other.directory().device(id).orElseThrow().name()).isNotEqualTo("Renamed");

    saved(one.devices().update(id, json("{\"name\": \"Renamed\"}"), Precondition.NONE));

    await()
        .atMost(A_SECOND)
        .until(() -> other.directory().device(id).map(Device::name).orElse("").equals("Renamed"));
    assertThat(barred).isEmpty();
    saved(one.devices().update(id, json("{\"enabled\": false}"), Precondition.NONE));
    await().atMost(A_SECOND).until(() -> barred.contains(id));
    relay.close();
  }

  private MemoryLog log() {
    MemoryLog log = new MemoryLog();
    open.add(log);
    log.create(List.of(new TopicSpec(TOPIC, 1, TopicSpec.Cleanup.COMPACT, Duration.ofDays(1))));
    return log;
  }

  private DeviceChangeRelay relay(Registry registry, MemoryLog log, List<Long> told) {
    DeviceChangeRelay relay =
        new DeviceChangeRelay(
            registry.outbox(),
            log,
            TOPIC,
            change -> {
              told.add(change.id());
              return Optional.of(CompletableFuture.completedFuture(true));
            });
    open.add(relay);
    relay.start();
    return relay;
  }

  @Test
  void oneTellsWhatChangedAndAnotherTakesOver() throws Exception {
    MemoryLog log = log();
    List<Long> byOne = new CopyOnWriteArrayList<>();
    List<Long> byOther = new CopyOnWriteArrayList<>();
    DeviceChangeRelay first = relay(one, log, byOne);
    await().until(() -> !byOne.isEmpty());
    DeviceChangeRelay second = relay(other, log, byOther);
    for (int i = 0; i < 50; i++) {
      saved(other.devices().create(json("{\"id\": \"d-" + i + "\", \"type\": \"hvac\"}")));
    }
    await().until(() -> other.outbox().pending(0, 1).isEmpty());
    assertThat(byOther).isEmpty();
    assertThat(byOne).isSorted().doesNotHaveDuplicates().hasSize(log.records(TOPIC).size());

    first.close();
    saved(one.devices().create(json("{\"id\": \"late\", \"type\": \"hvac\"}")));

    await().until(() -> byOther.size() == 1);
    second.close();
  }

  @Test
  void aCommandIsSentByTheProcessThatReachesTheDevice() throws Exception {
    DeviceId id = new DeviceId("breaker-001");
    List<String> sent = new CopyOnWriteArrayList<>();
    try (CommandDesk view =
            new CommandDesk(one.database(), one.directory(), CommandDesk.Reach.NONE, CLOCK);
        CommandDesk door =
            new CommandDesk(other.database(), other.directory(), reach(sent), CLOCK);
        CommandDesk another =
            new CommandDesk(other.database(), other.directory(), reach(sent), CLOCK)) {
      List.of(view, door, another).forEach(CommandDesk::start);
      Command command = saved(view.take(id, new Form(json("{\"command\": \"ping\"}"))));
      await().until(() -> sent.size() == 1);

      String answer = "{\"command_id\": \"%s\", \"status\": \"ok\"}".formatted(command.id());
      door.answered(id, answer.getBytes(StandardCharsets.UTF_8));

      assertThat(view.await(command, Duration.ofSeconds(10)).state())
          .isEqualTo(Command.State.ACKNOWLEDGED);
      assertThat(sent).hasSize(1);
    }
  }

  private static CommandDesk.Reach reach(List<String> sent) {
    return new CommandDesk.Reach() {
      @Override
      public boolean reaches(DeviceId device, String topic) {
        return true;
      }

      @Override
      public CompletableFuture<Boolean> publish(DeviceId device, String topic, byte[] payload) {
        sent.add(topic);
        return CompletableFuture.completedFuture(true);
      }
    };
  }

  @Test
  void applicationsAndTheirEndpointsReachTheOther() throws Exception {
    Applications here = applications(one);
    Applications there = applications(other);
    other.revisions().watch(Revisions.Part.APPLICATIONS, there::reload);

    String id =
        saved(
                here.register(
                    json("{\"service_name\": \"s\", \"callback_url\": \"https://a.example/x\"}")))
            .application()
            .id();
    await().atMost(A_SECOND).until(() -> there.find(id).isPresent());

    saved(here.delete(id));
    await().atMost(A_SECOND).until(() -> there.find(id).isEmpty());
  }

  private Applications applications(Registry registry) {
    SecretBox box = SecretBox.open(folder.resolve("webhook.key"));
    Endpoints endpoints =
        new Endpoints(registry.database(), box, SubscriberSettings.defaults(), CLOCK);
    return new Applications(registry.database(), endpoints, CLOCK);
  }

  @Test
  void bothMayMeetTheSameNewDevicesAtOnce() {
    List<FirstContact> contacts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      contacts.add(new FirstContact(new DeviceId("new-" + i), "hvac", "M"));
    }
    var first = CompletableFuture.supplyAsync(() -> one.directory().firstContacts(contacts));
    var second = CompletableFuture.supplyAsync(() -> other.directory().firstContacts(contacts));

    Map<DeviceId, Device> met = first.join();
    assertThat(second.join()).isEqualTo(met).hasSize(300);
    assertThat(one.devices().count(DeviceQuery.first(1))).isEqualTo(315);
  }

  @Test
  void aServerThatIsAwayIsWaitedFor() throws Exception {
    PostgresServer.require();
    try (PostgresServer server = new PostgresServer();
        Registry registry =
            new Registry(SqlEngine.postgres(server.database()), DeviceSettings.defaults(), CLOCK)) {
      DeviceId id = new DeviceId("esp32-01");
      assertThat(registry.directory().device(id)).isPresent();

      server.kill();
      assertThat(registry.directory().device(id)).isPresent();
      assertThatThrownBy(() -> registry.directory().device(new DeviceId("esp32-02")))
          .isInstanceOf(DirectoryException.class);

      server.start();
      await()
          .ignoreException(DirectoryException.class)
          .until(() -> registry.directory().device(new DeviceId("esp32-02")).isPresent());
    }
  }
}
