package weir.fleet.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an energy device draws fully at work, at which voltage, and which part of it when.
///
/// @param habits the type by whose day it lives; null for one that always draws what it is rated
public record Rating(double kilowatts, double volts, @Nullable EnergyType habits) {

  private static final Rating UNKNOWN = new Rating(10, 240, null);

  /// The documented values of a type, drawn all day; 10 kW at 240 V for types that are not known.
  public static Rating steady(String type) {
    return EnergyType.of(type)
        .map(known -> new Rating(known.kilowatts, known.volts, null))
        .orElse(UNKNOWN);
  }

  /// Those of a type that lives by its own day and week.
  static Rating living(EnergyType type) {
    return new Rating(type.kilowatts, type.volts, type);
  }

  /// With other values, where they are given.
  public Rating with(@Nullable Double otherKilowatts, @Nullable Double otherVolts) {
    return new Rating(
        otherKilowatts == null ? kilowatts : otherKilowatts,
        otherVolts == null ? volts : otherVolts,
        habits);
  }

  /// The part of its power that it draws now.
  double load(Instant now, Surroundings surroundings) {
    if (habits == null) {
      return 1;
    }
    double busy = habits.curve.at(now, surroundings.zone());
    if (habits == EnergyType.HVAC) {
      double strain = Math.abs(surroundings.celsius(now) - 18) / 14;
      return Math.clamp(0.25 + 0.5 * busy + 0.25 * strain, 0, 1);
    }
    return 0.2 + 0.8 * busy;
  }
}
