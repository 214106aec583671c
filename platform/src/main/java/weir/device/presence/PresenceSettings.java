package weir.device.presence;

import java.time.Duration;

/// When a device counts as gone.
///
/// @param silenceFactor so many times its type's interval a device may be silent
/// @param silenceMin but at least this long
/// @param intervalUnknown the interval of types that name none
/// @param restartGrace how long devices may take to come back after the platform started anew
/// @param saveEvery how often the time of each device's latest message is stored
/// @param events whether changes also go through the log, so that they are stored and delivered as
///     what devices say is
public record PresenceSettings(
    int silenceFactor,
    Duration silenceMin,
    Duration intervalUnknown,
    Duration restartGrace,
    Duration saveEvery,
    boolean events) {

  public PresenceSettings {
    if (silenceFactor < 1 || silenceFactor > 1_000) {
      throw new IllegalArgumentException("silence-factor must be 1 to 1000");
    }
    if (!silenceMin.isPositive() || !intervalUnknown.isPositive() || !saveEvery.isPositive()) {
      throw new IllegalArgumentException(
          "silence-min, interval-unknown and save-every must be positive");
    }
    if (restartGrace.isNegative()) {
      throw new IllegalArgumentException("restart-grace must not be negative");
    }
  }

  public static PresenceSettings defaults() {
    return new PresenceSettings(
        3,
        Duration.ofSeconds(15),
        Duration.ofMinutes(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        false);
  }
}
