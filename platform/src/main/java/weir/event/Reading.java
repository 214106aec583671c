package weir.event;

/// One measured value of an event: a metric, its value and its unit.
///
/// A metric name is a dotted path below the device, such as `voltage.phase_a`, at most 128
/// characters. A unit may be empty. Booleans are numbers, 1 and 0.
public sealed interface Reading {

  String metric();

  String unit();

  /// A finite number.
  record Numeric(String metric, double value, String unit) implements Reading {
    public Numeric {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("not a finite number for " + metric);
      }
    }
  }

  /// A text value, for instance a state or the code that a card reader saw.
  record Textual(String metric, String value, String unit) implements Reading {}
}
