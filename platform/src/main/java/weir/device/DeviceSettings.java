package weir.device;

import java.time.Duration;

/// Limits of the registry.
///
/// @param devicesCachedMax devices kept in memory, about 500 bytes each
/// @param readersMax connections that read at the same time; there is one that writes
/// @param credentialsCachedFor how long a checked credential is believed without asking the
///     database; changes made in this process count at once
/// @param importRowsMax rows of one import
public record DeviceSettings(
    int devicesCachedMax, int readersMax, Duration credentialsCachedFor, int importRowsMax) {

  public DeviceSettings {
    if (devicesCachedMax < 1) {
      throw new IllegalArgumentException("devices-cached-max must be at least 1");
    }
    if (readersMax < 1 || readersMax > 64) {
      throw new IllegalArgumentException("readers-max must be 1 to 64");
    }
    if (credentialsCachedFor.isNegative()) {
      throw new IllegalArgumentException("credentials-cached-for must not be negative");
    }
    if (importRowsMax < 1) {
      throw new IllegalArgumentException("import-rows-max must be at least 1");
    }
  }

  public static DeviceSettings defaults() {
    return new DeviceSettings(200_000, 4, Duration.ofSeconds(60), 250_000);
  }
}
