package weir.fleet;

/// How many devices of each kind a fleet has.
///
/// @param controllers F2 controllers, at most the two whose parameters are documented
/// @param uncovered whether the controllers also publish components that no parameter covers; a
///     sound platform sets those messages aside
public record Mix(
    int breakers,
    int smartMeters,
    int environmentalSensors,
    int appliances,
    int energyDevices,
    int controllers,
    int httpSensors,
    boolean uncovered) {

  public static final int CONTROLLERS_MAX = 2;
  public static final int DEVICES_MAX = 100_000;

  public Mix {
    int least =
        Math.min(
            Math.min(Math.min(breakers, smartMeters), Math.min(environmentalSensors, appliances)),
            Math.min(Math.min(energyDevices, controllers), httpSensors));
    if (least < 0) {
      throw new IllegalArgumentException("a number of devices must not be negative");
    }
    if (controllers > CONTROLLERS_MAX) {
      throw new IllegalArgumentException(
          "controllers must be 0 to " + CONTROLLERS_MAX + ": no others have parameters");
    }
    long sum = (long) breakers + smartMeters + environmentalSensors + appliances;
    if (sum + energyDevices + controllers + httpSensors > DEVICES_MAX) {
      throw new IllegalArgumentException("a fleet has at most " + DEVICES_MAX + " devices");
    }
  }

  /// Nobody.
  public static Mix none() {
    return new Mix(0, 0, 0, 0, 0, 0, 0, false);
  }

  /// Every kind there is, lively enough that something arrives several times a second.
  public static Mix demo() {
    return new Mix(20, 10, 10, 30, 18, 2, 3, false);
  }

  /// Whether there is an energy device of this name.
  public boolean hasEnergyDevice(String name) {
    return Roster.hasEnergyDevice(this, name);
  }

  public int devices() {
    return breakers
        + smartMeters
        + environmentalSensors
        + appliances
        + energyDevices
        + controllers
        + httpSensors;
  }

  public Mix withBreakers(int count) {
    return new Mix(
        count,
        smartMeters,
        environmentalSensors,
        appliances,
        energyDevices,
        controllers,
        httpSensors,
        uncovered);
  }

  public Mix withUncovered(boolean wanted) {
    return new Mix(
        breakers,
        smartMeters,
        environmentalSensors,
        appliances,
        energyDevices,
        controllers,
        httpSensors,
        wanted);
  }

  public Mix withHttpSensors(int count) {
    return new Mix(
        breakers,
        smartMeters,
        environmentalSensors,
        appliances,
        energyDevices,
        controllers,
        count,
        uncovered);
  }
}
