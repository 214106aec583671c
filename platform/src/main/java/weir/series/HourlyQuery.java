package weir.series;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Which hours of which device.
///
/// @param metric null for all of them
/// @param from hours that start at this time or later
/// @param to hours that start before this time
public record HourlyQuery(DeviceId device, @Nullable String metric, Instant from, Instant to) {}
