package weir.app.life;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Outbox;
import weir.device.Precondition;
import weir.device.Registry;
import weir.log.LogRecord;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.testkit.LogRecords;
import weir.testkit.MemoryLog;
import weir.testkit.TestEngine;

/// Changes of devices while those who are to be told are away.
@ParameterizedClass
@EnumSource(TestEngine.class)
class DeviceChangeRelayTest {

  private final TestEngine engine;

  DeviceChangeRelayTest(TestEngine engine) {
    this.engine = engine;
  }

  private static final Topic TOPIC = new Topic("iot.devices");
  private static final CompletableFuture<?> TAKEN = CompletableFuture.completedFuture(true);

  @TempDir Path folder;

  private final MemoryLog log = new MemoryLog();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private Registry registry;
  private int seeds;

  @BeforeEach
  void open() {
    registry =
        new Registry(
            engine.in(folder, "registry.db"), DeviceSettings.defaults(), InstantSource.system());
    log.create(List.of(new TopicSpec(TOPIC, 1, TopicSpec.Cleanup.COMPACT, Duration.ofDays(1))));
    seeds = registry.outbox().pending(0, 1_000).size();
  }

  @AfterEach
  void close() {
    registry.close();
    log.close();
  }

  private DeviceChangeRelay relay(DeviceChangeRelay.Announcement announcement) {
    DeviceChangeRelay relay = new DeviceChangeRelay(registry.outbox(), log, TOPIC, announcement);
    relay.start();
    return relay;
  }

  private void note(Outbox.Change change) {
    told.add(change.device() + " " + change.kind().text());
  }

  @Test
  void whatHappensWhileTheBrokerIsAwayIsToldInOrderWhenItIsBack() throws Exception {
    AtomicBoolean away = new AtomicBoolean(true);
    List<String> expected = new ArrayList<>();
    try (DeviceChangeRelay relay =
        relay(
            change -> {
              if (away.get()) {
                return Optional.empty();
              }
              note(change);
              return Optional.of(TAKEN);
            })) {
      for (int i = 0; i < 600; i++) {
        change("d-" + i % 3, i, expected);
      }
      Awaitility.await().until(() -> log.records(TOPIC).size() >= seeds);
      assertThat(told).isEmpty();

      away.set(false);

      Awaitility.await().until(() -> told.size() == seeds + expected.size());
      assertThat(told.subList(seeds, told.size())).isEqualTo(expected);
      assertThat(log.records(TOPIC)).hasSize(seeds + expected.size());
      Awaitility.await().until(() -> registry.outbox().pending(0, 1).isEmpty());
      assertThat(relay.trouble()).isEmpty();
    }
  }

  @Test
  void whatWasNotTakenIsToldAgainInOrderAfterARestart() throws Exception {
    CompletableFuture<Boolean> late = new CompletableFuture<>();
    List<String> expected = new ArrayList<>();
    try (DeviceChangeRelay relay =
        relay(
            change -> {
              note(change);
              boolean created = change.kind() == Outbox.Change.Kind.CREATED;
              boolean held = change.device().value().equals("d-0") && created;
              return Optional.of(held ? late : TAKEN);
            })) {
      for (int i = 0; i < 9; i += 3) {
        change("d-0", i, expected);
      }
      Awaitility.await().until(() -> told.size() == seeds + 3);
      Awaitility.await().until(() -> registry.outbox().pending(0, 100).size() == 3);
      assertThat(relay.trouble()).isEmpty();
    }
    told.clear();
    try (DeviceChangeRelay again =
        relay(
            change -> {
              note(change);
              return Optional.of(TAKEN);
            })) {
      Awaitility.await().until(() -> registry.outbox().pending(0, 1).isEmpty());
      assertThat(told).isEqualTo(expected);
      assertThat(again.trouble()).isEmpty();
    }
  }

  @Test
  void whatCouldNotBeToldIsToldAgainInOrder() throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 9; i += 3) {
      change("d-0", i, expected);
    }
    try (DeviceChangeRelay relay =
        relay(
            change -> {
              note(change);
              boolean first = change.kind() == Outbox.Change.Kind.UPDATED;
              return Optional.of(
                  first && failed.compareAndSet(false, true)
                      ? CompletableFuture.failedFuture(new IllegalStateException("full"))
                      : TAKEN);
            })) {
      Awaitility.await().until(() -> registry.outbox().pending(0, 1).isEmpty());
      assertThat(told.subList(told.size() - 2, told.size())).isEqualTo(expected.subList(1, 3));
      assertThat(told).hasSize(seeds + 5);
      assertThat(relay.trouble()).isEmpty();
    }
  }

  @Test
  void appendsEachChangeUnderItsDeviceAndNothingForADeletedOne() throws Exception {
    List<String> expected = new ArrayList<>();
    try (DeviceChangeRelay relay = relay(change -> Optional.of(TAKEN))) {
      Awaitility.await().until(() -> registry.outbox().pending(0, 1).isEmpty());
      for (int i = 0; i < 9; i += 3) {
        change("d-0", i, expected);
      }
      Awaitility.await().until(() -> log.records(TOPIC).size() == seeds + 3);
      assertThat(relay.trouble()).isEmpty();
    }
    List<LogRecord> records = log.records(TOPIC).subList(seeds, seeds + 3);
    assertThat(records).extracting(LogRecord::key).containsOnly("d-0");
    ObjectNode created = json(new String(LogRecords.value(records.getFirst()), UTF_8));
    assertThat(created.path("id").asText()).isEqualTo("d-0");
    assertThat(created.path("type").asText()).isEqualTo("meter");
    assertThat(created.path("version").asInt()).isEqualTo(1);
    ObjectNode updated = json(new String(LogRecords.value(records.get(1)), UTF_8));
    assertThat(updated.path("name").asText()).isEqualTo("turn 3");
    assertThat(updated.path("version").asInt()).isEqualTo(2);
    assertThat(records.getLast().value()).isNull();
  }

  @Test
  void goesOnWhenTheRegistryCouldNotBeAskedForAWhile() throws Exception {
    try (DeviceChangeRelay relay =
        relay(
            change -> {
              note(change);
              return Optional.of(TAKEN);
            })) {
      Awaitility.await().until(() -> told.size() == seeds);
      rename("outbox", "away");
      Awaitility.await().until(() -> relay.trouble().isPresent());
      rename("away", "outbox");

      List<String> expected = new ArrayList<>();
      change("d-0", 0, expected);

      Awaitility.await().until(() -> told.contains("d-0 created"));
      Awaitility.await().until(() -> relay.trouble().isEmpty());
    }
  }

  private void rename(String table, String name) {
    var _ =
        registry
            .database()
            .write(handle -> handle.execute("ALTER TABLE " + table + " RENAME TO " + name));
  }

  /// A device is created, changed, and deleted, in turns.
  private void change(String id, int turn, List<String> expected) throws Exception {
    DeviceId device = new DeviceId(id);
    switch (turn / 3 % 3) {
      case 0 -> {
        registry.devices().create(json("{\"id\":\"" + id + "\",\"type\":\"meter\"}"));
        expected.add(id + " created");
      }
      case 1 -> {
        registry
            .devices()
            .update(device, json("{\"name\":\"turn " + turn + "\"}"), Precondition.NONE);
        expected.add(id + " updated");
      }
      default -> {
        registry.devices().delete(device, Precondition.NONE);
        expected.add(id + " deleted");
      }
    }
  }

  private static ObjectNode json(String text) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(text);
  }
}
