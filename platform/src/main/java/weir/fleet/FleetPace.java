package weir.fleet;

import java.time.Duration;
import java.time.Instant;

/// How the devices' time follows the clock. Changed by the thread of the fleet's clock.
final class FleetPace {

  private volatile double speed;
  private Instant anchor;
  private long anchorNanos;

  FleetPace(Tempo tempo) {
    speed = tempo.speed();
    anchor = tempo.start();
  }

  void start(long nanos) {
    anchorNanos = nanos;
  }

  double speed() {
    return speed;
  }

  /// From now on; what has passed stays as it was.
  void change(double wanted) {
    long now = System.nanoTime();
    anchor = anchor.plusNanos((long) ((now - anchorNanos) * speed));
    anchorNanos = now;
    speed = wanted;
  }

  /// When it is this time for the devices, as [System#nanoTime] shows.
  long due(Instant at) {
    return anchorNanos + (long) (Duration.between(anchor, at).toNanos() / speed);
  }
}
