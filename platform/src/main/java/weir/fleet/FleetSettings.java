package weir.fleet;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/// All that makes a run of the simulator.
///
/// @param zone whose clock the days of the devices follow; appliances write their local time in it
/// @param settle how long the grade waits for what is acknowledged to be stored
public record FleetSettings(
    Mix mix, Tempo tempo, FaultRates faults, Target target, ZoneId zone, Duration settle) {

  /// The mixed fleet of the demo, speaking in real time until it is stopped.
  public static FleetSettings demo(Target target, Instant start) {
    return new FleetSettings(
        Mix.demo(),
        Tempo.live(1, start, Tempo.FOREVER),
        FaultRates.none(),
        target,
        ZoneId.of("UTC"),
        Duration.ofSeconds(60));
  }

  public FleetSettings with(Mix other) {
    return new FleetSettings(other, tempo, faults, target, zone, settle);
  }

  public FleetSettings with(Tempo other) {
    return new FleetSettings(mix, other, faults, target, zone, settle);
  }

  public FleetSettings with(FaultRates other) {
    return new FleetSettings(mix, tempo, other, target, zone, settle);
  }
}
