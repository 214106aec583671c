package weir.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One measured value of an event: a metric, its value and its unit.
///
/// A metric name is a dotted path below the device, such as `voltage.phase_a`, at most 128
/// characters. A unit may be empty. Booleans are numbers, 1 and 0.
public sealed interface Reading {

  String metric();

  String unit();

  /// When it was measured, where that is not the time of the event: the channels of a trends
  /// message each carry their own time. Null means the event's time.
  @Nullable Instant at();

  /// A finite number.
  record Numeric(String metric, double value, String unit, @Nullable Instant at)
      implements Reading {
    public Numeric {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("not a finite number for " + metric);
      }
    }

    /// Measured at the time of the event.
    public Numeric(String metric, double value, String unit) {
      this(metric, value, unit, null);
    }
  }

  /// A text value, for instance a state or the code that a card reader saw. An empty one says
  /// that there is none any more: the error is over.
  record Textual(String metric, String value, String unit, @Nullable Instant at)
      implements Reading {

    /// Measured at the time of the event.
    public Textual(String metric, String value, String unit) {
      this(metric, value, unit, null);
    }
  }
}
