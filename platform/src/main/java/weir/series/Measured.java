package weir.series;

import java.time.Instant;
import weir.event.Reading;

/// A reading and when it was taken.
public record Measured(Instant time, Reading reading) {}
