package weir.device;

import org.jspecify.annotations.Nullable;

/// What is known of a device that speaks for the first time.
public record FirstContact(DeviceId id, String type, @Nullable String model) {}
