package weir.fleet.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import weir.device.DeviceId;

/// An F2 controller: doors, readers, motion sensors, sirens and RS-485 sensors on one board. Every
/// 5 s it picks one of its modes and publishes one to three of that mode's components.
///
/// The components belong to one building: a card or an exit button releases the strike, then the
/// door opens; people move in working hours; the siren sounds when somebody moves at night. The
/// sensors are what their parameters say: Celsius in tenths, humidity in hundredths of a percent,
/// pressure in tenths of a hectopascal, as unsigned hexadecimal.
public final class Controller implements DeviceModel {

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final int COMPONENTS_MOST = 3;
  private static final double RELEASE_SECONDS = 5;
  private static final double RELEASE_SECONDS_MOST = 3_600;
  private static final double LASTING_SECONDS = 86_400;

  private final DeviceId id;
  private final RandomGenerator random;
  private final List<List<Component>> modes;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Building building;
  private long sequence;

  /// @param components those that the controller publishes
  public Controller(
      DeviceId id, List<Component> components, Surroundings surroundings, RandomGenerator random) {
    this.id = id;
    this.random = random;
    this.modes = byMode(components);
    this.building = new Building(surroundings, random);
  }

  private static List<List<Component>> byMode(List<Component> components) {
    List<List<Component>> modes = new ArrayList<>();
    for (Component.Mode mode : Component.Mode.values()) {
      List<Component> of = components.stream().filter(one -> one.mode() == mode).toList();
      if (!of.isEmpty()) {
        modes.add(of);
      }
    }
    return modes;
  }

  @Override
  public DeviceId id() {
    return id;
  }

  @Override
  public Family family() {
    return Family.F2;
  }

  @Override
  public List<String> orderFilters() {
    return List.of("cmnd/" + id + "/+/+/+");
  }

  /// A strike: 0 locks it, 1 releases it for a while, 2 until it is locked. A siren: 0 and 1.
  @Override
  public Reply obey(Order order) {
    String name = order.name() + "-" + order.number();
    boolean known = modes.stream().flatMap(List::stream).anyMatch(one -> one.name().equals(name));
    if (!known) {
      return Reply.refused("there is no " + name);
    }
    boolean strike = order.name().equals("strike");
    JsonNode wanted = order.parameters().path("power-flag");
    int flag = wanted.isIntegralNumber() ? wanted.intValue() : -1;
    if (flag < 0 || flag > (strike ? 2 : 1)) {
      return Reply.refused("power-flag must be 0 to " + (strike ? 2 : 1));
    }
    double seconds = order.parameters().path("period").asDouble(RELEASE_SECONDS);
    if (!(seconds >= 0 && seconds <= RELEASE_SECONDS_MOST)) {
      return Reply.refused("period must be 0 to 3600");
    }
    double lasting = flag == 0 ? 0 : flag == 1 && strike ? seconds : LASTING_SECONDS;
    if (strike) {
      building.release(lasting);
    } else {
      building.sound(lasting);
    }
    return Reply.obeyed(name + (flag == 0 ? " is off" : " is on"));
  }

  @Override
  public Step next(Instant now) {
    building.pass(stopwatch.lap(now), now);
    List<Component> mode = new ArrayList<>(Chance.pick(modes, random));
    Collections.shuffle(mode, Random.from(random));
    int count = Math.min(mode.size(), 1 + random.nextInt(COMPONENTS_MOST));
    List<Message> messages = mode.subList(0, count).stream().map(one -> say(one, now)).toList();
    return new Step(messages, INTERVAL);
  }

  private Message say(Component component, Instant now) {
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              json.writeStringField("timestamp", Payload.local(now));
              building.write(component, now, json);
              json.writeNumberField("sequence", number);
            });
    String topic = "cmnd/" + id + "/" + component.mode().label() + "/J1/" + component.name();
    return new Message(number, now, topic, payload, component.fate());
  }
}
