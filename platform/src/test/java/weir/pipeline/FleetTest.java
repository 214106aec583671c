package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Registry;
import weir.event.Door;
import weir.event.EventId;
import weir.event.RawMessage;
import weir.fleet.model.Appliance;
import weir.fleet.model.ApplianceType;
import weir.fleet.model.Breaker;
import weir.fleet.model.Component;
import weir.fleet.model.Controller;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.EnergyDevice;
import weir.fleet.model.EnergyType;
import weir.fleet.model.EnvironmentalSensor;
import weir.fleet.model.Message;
import weir.fleet.model.RoomSensor;
import weir.fleet.model.SmartMeter;
import weir.fleet.model.Step;
import weir.fleet.model.Surroundings;

/// Everything that the simulated fleet says is understood with the registry that ships.
class FleetTest {

  private static final Instant START = Instant.parse("2026-06-01T06:00:00Z");
  private static final int STEPS = 120;

  @TempDir private Path folder;

  @Test
  void understandsEveryDeviceOfTheFleet() {
    try (Registry registry =
        new Registry(
            folder.resolve("registry.db"), DeviceSettings.defaults(), InstantSource.fixed(START))) {
      PipelineSettings settings = PipelineSettings.defaults();
      NewTypes newTypes = new NewTypes(registry.directory(), settings);
      Decoding decoding =
          new Decoding(Dialects.builtIn(), registry.directory(), settings, newTypes);
      for (DeviceModel device : fleet()) {
        Instant now = START;
        for (int i = 0; i < STEPS; i++) {
          Step step = device.next(now);
          step.messages().forEach(message -> expectUnderstood(message, registry, decoding));
          now = now.plus(step.pause());
        }
      }
      assertThat(newTypes.count()).isZero();
    }
  }

  private static void expectUnderstood(Message message, Registry registry, Decoding decoding) {
    Door door = message.path().startsWith("/") ? Door.HTTP : Door.MQTT;
    RawMessage raw =
        new RawMessage(
            new EventId("e"), null, door, message.path(), 1, message.time(), message.payload());
    Outcome outcome = decoding.decode(raw);
    if (outcome instanceof Outcome.Unregistered(String _, var contact)) {
      registry.directory().firstContacts(List.of(contact));
      outcome = decoding.decode(raw);
    }
    switch (message.fate()) {
      case STORED -> {
        assertThat(outcome).as(message.path()).isInstanceOf(Outcome.Decoded.class);
        assertThat(Listener.decoded(outcome).timeValid()).isTrue();
        assertThat(Listener.decoded(outcome).event().readings()).isNotEmpty();
      }
      case SET_ASIDE -> assertThat(outcome).as(message.path()).isInstanceOf(Outcome.Waiting.class);
    }
  }

  private static List<DeviceModel> fleet() {
    Surroundings surroundings = new Surroundings(7, ZoneOffset.UTC);
    List<DeviceModel> fleet = new ArrayList<>();
    fleet.add(new Breaker(new DeviceId("breaker-001"), surroundings, new SplittableRandom(1)));
    fleet.add(new SmartMeter(new DeviceId("meter-001"), surroundings, new SplittableRandom(2)));
    fleet.add(
        new EnvironmentalSensor(new DeviceId("env-001"), surroundings, new SplittableRandom(3)));
    fleet.add(new RoomSensor(new DeviceId("esp32-01"), surroundings, new SplittableRandom(4)));
    for (ApplianceType type : ApplianceType.values()) {
      DeviceId id = new DeviceId(type.prefix() + "_1");
      String model = type.models().getFirst();
      fleet.add(new Appliance(id, type, model, surroundings, new SplittableRandom(5)));
    }
    for (EnergyType type : EnergyType.values()) {
      DeviceId id = new DeviceId("mock-" + type.label() + "-001");
      fleet.add(new EnergyDevice(id, type, surroundings, new SplittableRandom(6)));
    }
    fleet.add(controller(Component.FULL_CONTROLLER, Component.full(), surroundings));
    fleet.add(controller(Component.FULL_CONTROLLER, Component.fullUncovered(), surroundings));
    fleet.add(controller(Component.SMALL_CONTROLLER, Component.small(), surroundings));
    return fleet;
  }

  private static Controller controller(
      String id, List<Component> components, Surroundings surroundings) {
    return new Controller(new DeviceId(id), components, surroundings, new SplittableRandom(8));
  }
}
