package weir.fleet.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The nine types of energy devices: what each draws when fully at work, at which voltage, and the
/// day it lives by.
public enum EnergyType {
  HVAC(25, 240, Curve.OFFICE),
  LIGHTING(8.5, 240, Curve.LIGHTING),
  SERVER(45, 240, Curve.STEADY),
  INDUSTRIAL(120, 480, Curve.INDUSTRY),
  APPLIANCE(15, 240, Curve.HOUSEHOLD),
  SENSOR(2, 12, Curve.STEADY),
  METER(5, 240, Curve.HOUSEHOLD),
  GATEWAY(10, 240, Curve.STEADY),
  CONTROLLER(12, 240, Curve.INDUSTRY);

  final double kilowatts;
  final double volts;
  final Curve curve;

  EnergyType(double kilowatts, double volts, Curve curve) {
    this.kilowatts = kilowatts;
    this.volts = volts;
    this.curve = curve;
  }

  /// The type of this label, in capital letters too.
  public static Optional<EnergyType> of(String label) {
    return Arrays.stream(values()).filter(type -> type.name().equalsIgnoreCase(label)).findAny();
  }

  /// As it stands in device identifiers and on the wire.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
