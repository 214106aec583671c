package weir.fleet;

import java.time.Duration;

/// How registered devices are mirrored.
///
/// @param topicPrefix where the platform tells of changes, as `{prefix}/{device_id}/{event_type}`
/// @param devicesMax so many devices are mirrored, and no more
/// @param reconcileEvery how often the mirrors are compared with the registry, besides at the start
///     and after each lost connection
public record MirrorSettings(String topicPrefix, int devicesMax, Duration reconcileEvery) {

  public MirrorSettings {
    if (devicesMax < 1 || devicesMax > Mix.DEVICES_MAX) {
      throw new IllegalArgumentException("devices-max must be 1 to " + Mix.DEVICES_MAX);
    }
    if (!reconcileEvery.isPositive()) {
      throw new IllegalArgumentException("reconcile-every must be positive");
    }
  }

  public static MirrorSettings defaults() {
    return new MirrorSettings("energy/events/devices", 20_000, Duration.ofMinutes(5));
  }
}
