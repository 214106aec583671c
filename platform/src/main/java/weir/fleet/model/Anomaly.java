package weir.fleet.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// An episode in which an energy device draws or gets what it should not.
///
/// @param power what the normal power is multiplied by
/// @param voltage what the normal voltage is multiplied by
/// @param readings for how many readings it lasts, counted from the first
public record Anomaly(Kind kind, double power, double voltage, int readings) {

  /// What may be asked for, in readings.
  public static final int READINGS_MAX = 50;

  private static final int LEAST = 3;
  private static final int MOST = 10;

  /// What goes wrong.
  public enum Kind {
    HIGH_POWER_CONSUMPTION,
    VOLTAGE_FLUCTUATION,
    POWER_SPIKE,
    SUSTAINED_HIGH_LOAD;

    /// The kind of this label.
    public static Optional<Kind> of(String label) {
      return Arrays.stream(values()).filter(kind -> kind.label().equals(label)).findAny();
    }

    /// As it stands in messages.
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// One under way.
  ///
  /// @param remaining readings, the one that was last shown included
  public record Showing(Anomaly anomaly, int remaining) {}

  static Anomaly draw(RandomGenerator random) {
    return draw(Kind.values()[random.nextInt(Kind.values().length)], random);
  }

  /// With the length and the power that are asked for.
  public Anomaly with(@Nullable Integer otherReadings, @Nullable Double otherPower) {
    return new Anomaly(
        kind,
        otherPower == null ? power : otherPower,
        voltage,
        otherReadings == null ? readings : otherReadings);
  }

  /// One of a kind, by chance.
  public static Anomaly draw(Kind kind, RandomGenerator random) {
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
