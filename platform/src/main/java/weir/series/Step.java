package weir.series;

import java.time.Duration;

/// How a range is combined. Steps are aligned to the epoch, so a bucket starts at a multiple of
/// its width in UTC.
///
/// @param width whole seconds
public record Step(Duration width, Aggregate aggregate) {

  public Step {
    if (width.toSeconds() < 1 || !width.equals(Duration.ofSeconds(width.toSeconds()))) {
      throw new IllegalArgumentException("a step is a whole number of seconds, got " + width);
    }
  }
}
