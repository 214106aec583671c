package weir.fleet.model;

import java.util.Locale;
import java.util.random.RandomGenerator;

/// An episode in which an energy device draws or gets what it should not.
///
/// @param power what the normal power is multiplied by
/// @param voltage what the normal voltage is multiplied by
/// @param readings for how many readings it lasts, counted from the first
public record Anomaly(Kind kind, double power, double voltage, int readings) {

  private static final int LEAST = 3;
  private static final int MOST = 10;

  /// What goes wrong.
  public enum Kind {
    HIGH_POWER_CONSUMPTION,
    VOLTAGE_FLUCTUATION,
    POWER_SPIKE,
    SUSTAINED_HIGH_LOAD;

    /// As it stands in messages.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Anomaly draw(RandomGenerator random) {
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    int readings = random.nextInt(LEAST, MOST + 1);
    return switch (kind) {
      case HIGH_POWER_CONSUMPTION ->
          new Anomaly(kind, random.nextDouble(2, 5), random.nextDouble(0.95, 1.05), readings);
      case VOLTAGE_FLUCTUATION ->
          new Anomaly(
              kind, random.nextDouble(0.8, 1.2), random.nextBoolean() ? 0.8 : 1.2, readings);
      case POWER_SPIKE ->
          new Anomaly(
              kind, random.nextDouble(3, 8), random.nextDouble(0.9, 1.1), Math.min(readings, 3));
      case SUSTAINED_HIGH_LOAD ->
          new Anomaly(
              kind,
              random.nextDouble(1.5, 2.5),
              random.nextDouble(0.95, 1.05),
              Math.max(readings, 8));
    };
  }
}
