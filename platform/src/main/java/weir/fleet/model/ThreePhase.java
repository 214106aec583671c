package weir.fleet.model;

/// The electrical state of three phases as a meter shows it: rounded, and still adding up.
/// Apparent power is the sum of volts times amperes, active power is apparent power times the
/// factor, and apparent² = active² + reactive².
record ThreePhase(
    double voltsA,
    double voltsB,
    double voltsC,
    double amperesA,
    double amperesB,
    double amperesC,
    double active,
    double reactive,
    double apparent,
    double factor) {

  /// @param shares how the load spreads over the phases; they add up to 1
  static ThreePhase of(double[] volts, double[] shares, double apparentWanted, double factor) {
    double[] shown = new double[3];
    double[] amperes = new double[3];
    double sum = 0;
    for (int phase = 0; phase < 3; phase++) {
      shown[phase] = Payload.round(volts[phase], 2);
      amperes[phase] = Payload.round(apparentWanted * shares[phase] / volts[phase], 2);
      sum += shown[phase] * amperes[phase];
    }
    double apparent = Payload.round(sum, 2);
    double shownFactor = apparent == 0 ? 1 : Payload.round(factor, 3);
    double active = Payload.round(apparent * shownFactor, 2);
    double reactive =
        Payload.round(Math.sqrt(Math.max(0, apparent * apparent - active * active)), 2);
    return new ThreePhase(
        shown[0],
        shown[1],
        shown[2],
        amperes[0],
        amperes[1],
        amperes[2],
        active,
        reactive,
        apparent,
        shownFactor);
  }
}
