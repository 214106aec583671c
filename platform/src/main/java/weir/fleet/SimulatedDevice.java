package weir.fleet;

import org.jspecify.annotations.Nullable;

/// A simulated device, for those who look.
///
/// @param name as the registry knows the device that it mirrors; its identifier for others
/// @param mirrorOf the registered device that it stands for, when it does
/// @param anomaly what is wrong with it on purpose, when something is
public record SimulatedDevice(
    String id,
    String name,
    @Nullable String location,
    String family,
    boolean connected,
    @Nullable String mirrorOf,
    boolean enabled,
    boolean online,
    @Nullable String anomaly) {}
