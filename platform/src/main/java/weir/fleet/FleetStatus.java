package weir.fleet;

import java.time.Instant;
import java.util.Locale;

/// A fleet at one moment.
///
/// @param time the devices' time
/// @param outstanding sent and not yet answered
/// @param running false once the run's duration is over or it was stopped
public record FleetStatus(
    Instant time,
    boolean running,
    int devices,
    int connected,
    long sent,
    long acknowledged,
    long refused,
    long discarded,
    long outstanding,
    double publishToAckMillisP50,
    double publishToAckMillisP99) {

  /// One line to read.
  public String toText() {
    return String.format(
        Locale.ROOT,
        "%s  %d/%d connected  %d sent  %d acknowledged  %d waiting  %d refused  p99 %.1f ms",
        time,
        connected,
        devices,
        sent,
        acknowledged,
        outstanding,
        refused,
        publishToAckMillisP99);
  }
}
