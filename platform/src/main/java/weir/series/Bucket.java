package weir.series;

import java.time.Instant;

/// The values of one step as one number.
///
/// @param count how many values there were
public record Bucket(Instant start, double value, long count) {}
