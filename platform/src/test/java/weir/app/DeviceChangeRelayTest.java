package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Precondition;
import weir.device.Registry;
import weir.log.Topic;
import weir.log.TopicSpec;
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

  @TempDir Path folder;

  @Test
  void whatHappensWhileTheBrokerIsAwayIsToldInOrderWhenItIsBack() throws Exception {
    AtomicBoolean away = new AtomicBoolean(true);
    List<String> told = new CopyOnWriteArrayList<>();
    List<String> expected = new ArrayList<>();
    try (MemoryLog log = new MemoryLog();
        Registry registry =
            new Registry(
                engine.in(folder, "registry.db"),
                DeviceSettings.defaults(),
                InstantSource.system())) {
      log.create(List.of(new TopicSpec(TOPIC, 1, TopicSpec.Cleanup.COMPACT, Duration.ofDays(1))));
      int seeds = registry.outbox().pending(1_000).size();
      try (DeviceChangeRelay relay =
          new DeviceChangeRelay(
              registry.outbox(),
              log,
              TOPIC,
              change -> !away.get() && told.add(change.device() + " " + change.kind().text()))) {
        relay.start();
        for (int i = 0; i < 600; i++) {
          change(registry, "d-" + i % 3, i, expected);
        }
        Awaitility.await().until(() -> log.records(TOPIC).size() >= seeds);
        assertThat(told).isEmpty();

        away.set(false);

        Awaitility.await().until(() -> told.size() == seeds + expected.size());
        assertThat(told.subList(seeds, told.size())).isEqualTo(expected);
        assertThat(log.records(TOPIC)).hasSize(seeds + expected.size());
        Awaitility.await().until(() -> registry.outbox().pending(1).isEmpty());
      }
    }
  }

  /// A device is created, changed, and deleted, in turns.
  private static void change(Registry registry, String id, int turn, List<String> expected)
      throws Exception {
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
