package weir.fleet.model;

import java.util.List;
import java.util.Locale;
import weir.fleet.model.Message.Fate;

/// One component of an F2 controller, by the last level of its topic.
///
/// @param fate stored when the documented parameters cover the component, else set aside
public record Component(Mode mode, String name, Quantity quantity, Fate fate) {

  /// The documented controller that has all three modes.
  public static final String FULL_CONTROLLER = "f2-e4fd45f654be";

  /// The documented controller that has sensors and doors.
  public static final String SMALL_CONTROLLER = "f2-abc123def456";

  /// The middle of the topic.
  public enum Mode {
    ACCESS_CONTROL,
    ALARM,
    SENSOR;

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-') + "-mode";
    }
  }

  /// What the component tells.
  public enum Quantity {
    DOORS,
    EXIT_BUTTONS,
    STRIKE,
    READER,
    MOTION,
    SIREN,
    CELSIUS,
    HUMIDITY,
    PRESSURE
  }

  /// Those of the full controller that have decoding parameters.
  public static List<Component> full() {
    return List.of(
        covered(Mode.ACCESS_CONTROL, "door-sensors", Quantity.DOORS),
        covered(Mode.ACCESS_CONTROL, "strike-1", Quantity.STRIKE),
        covered(Mode.ACCESS_CONTROL, "exit-buttons", Quantity.EXIT_BUTTONS),
        covered(Mode.ACCESS_CONTROL, "reader-1", Quantity.READER),
        covered(Mode.ALARM, "motion-sensor-1", Quantity.MOTION),
        covered(Mode.ALARM, "siren-1", Quantity.SIREN),
        covered(Mode.SENSOR, "sensor-3", Quantity.CELSIUS));
  }

  /// Those that the full controller publishes although no parameter covers them.
  public static List<Component> fullUncovered() {
    return List.of(
        uncovered(Mode.SENSOR, "sensor-1", Quantity.HUMIDITY),
        uncovered(Mode.SENSOR, "sensor-2", Quantity.PRESSURE));
  }

  /// Those of the small controller that have decoding parameters.
  public static List<Component> small() {
    return List.of(
        covered(Mode.ACCESS_CONTROL, "door-sensors", Quantity.DOORS),
        covered(Mode.SENSOR, "sensor-1", Quantity.HUMIDITY),
        covered(Mode.SENSOR, "sensor-2", Quantity.PRESSURE));
  }

  /// Those that the small controller publishes although no parameter covers them.
  public static List<Component> smallUncovered() {
    return List.of(
        uncovered(Mode.ACCESS_CONTROL, "strike-1", Quantity.STRIKE),
        uncovered(Mode.ACCESS_CONTROL, "exit-buttons", Quantity.EXIT_BUTTONS),
        uncovered(Mode.ACCESS_CONTROL, "reader-1", Quantity.READER),
        uncovered(Mode.SENSOR, "sensor-3", Quantity.CELSIUS));
  }

  private static Component covered(Mode mode, String name, Quantity quantity) {
    return new Component(mode, name, quantity, Fate.STORED);
  }

  private static Component uncovered(Mode mode, String name, Quantity quantity) {
    return new Component(mode, name, quantity, Fate.SET_ASIDE);
  }
}
