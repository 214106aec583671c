package weir.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import weir.device.DeviceId;
import weir.fleet.model.Appliance;
import weir.fleet.model.ApplianceType;
import weir.fleet.model.Breaker;
import weir.fleet.model.Component;
import weir.fleet.model.Controller;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.EnergyDevice;
import weir.fleet.model.EnergyType;
import weir.fleet.model.EnvironmentalSensor;
import weir.fleet.model.RoomSensor;
import weir.fleet.model.SmartMeter;
import weir.fleet.model.Surroundings;

/// Names and builds the devices of a fleet. Each has a source of chance of its own, so one device
/// more does not change what the others say.
final class Roster {

  private static final List<EnergyType> ENERGY_TYPES = List.of(EnergyType.values());

  private final Mix mix;
  private final long seed;
  private final Surroundings surroundings;
  private final List<DeviceModel> devices = new ArrayList<>();

  private Roster(FleetSettings settings) {
    this.mix = settings.mix();
    this.seed = settings.tempo().seed();
    this.surroundings = new Surroundings(seed, settings.zone());
  }

  static List<DeviceModel> of(FleetSettings settings) {
    Roster roster = new Roster(settings);
    roster.cloudDevices();
    roster.appliances();
    roster.energyDevices();
    roster.controllers();
    roster.httpSensors();
    return List.copyOf(roster.devices);
  }

  /// A source of chance that depends on the seed and the name alone.
  static RandomGenerator randomOf(long seed, String name) {
    long mixed = seed;
    for (int i = 0; i < name.length(); i++) {
      mixed = mixed * 0x5851_F42D_4C95_7F2DL + name.charAt(i);
    }
    return new SplittableRandom(mixed);
  }

  private RandomGenerator random(DeviceId id) {
    return randomOf(seed, id.value());
  }

  private static DeviceId id(String name, int number, int width) {
    return new DeviceId(("%s-%0" + width + "d").formatted(name, number));
  }

  private void cloudDevices() {
    for (int number = 1; number <= mix.breakers(); number++) {
      DeviceId id = id("breaker", number, 3);
      devices.add(new Breaker(id, surroundings, random(id)));
    }
    for (int number = 1; number <= mix.smartMeters(); number++) {
      DeviceId id = id("meter", number, 3);
      devices.add(new SmartMeter(id, surroundings, random(id)));
    }
    for (int number = 1; number <= mix.environmentalSensors(); number++) {
      DeviceId id = id("env", number, 3);
      devices.add(new EnvironmentalSensor(id, surroundings, random(id)));
    }
  }

  private void appliances() {
    ApplianceType[] types = ApplianceType.values();
    for (int i = 0; i < mix.appliances(); i++) {
      ApplianceType type = types[i % types.length];
      int number = i / types.length + 1;
      String model = type.models().get((number - 1) % type.models().size());
      DeviceId id = new DeviceId(type.prefix() + "_model_" + number);
      devices.add(new Appliance(id, type, model, surroundings, random(id)));
    }
  }

  private void energyDevices() {
    for (int i = 0; i < mix.energyDevices(); i++) {
      DeviceId id = energyId(i);
      devices.add(new EnergyDevice(id, energyType(i), surroundings, random(id)));
    }
  }

  private static EnergyType energyType(int i) {
    return ENERGY_TYPES.get(i % ENERGY_TYPES.size());
  }

  private static DeviceId energyId(int i) {
    return id("mock-" + energyType(i).label(), i / ENERGY_TYPES.size() + 1, 3);
  }

  /// Whether a fleet of this mix has an energy device of this name.
  static boolean hasEnergyDevice(Mix mix, String name) {
    return IntStream.range(0, mix.energyDevices()).anyMatch(i -> energyId(i).value().equals(name));
  }

  private void controllers() {
    if (mix.controllers() > 0) {
      List<Component> components = new ArrayList<>(Component.full());
      if (mix.uncovered()) {
        components.addAll(Component.fullUncovered());
      }
      add(new DeviceId(Component.FULL_CONTROLLER), components);
    }
    if (mix.controllers() > 1) {
      List<Component> components = new ArrayList<>(Component.small());
      if (mix.uncovered()) {
        components.addAll(Component.smallUncovered());
      }
      add(new DeviceId(Component.SMALL_CONTROLLER), components);
    }
  }

  private void add(DeviceId id, List<Component> components) {
    devices.add(new Controller(id, components, surroundings, random(id)));
  }

  private void httpSensors() {
    for (int number = 1; number <= mix.httpSensors(); number++) {
      DeviceId id = id("esp32", number, 2);
      devices.add(new RoomSensor(id, surroundings, random(id)));
    }
  }
}
