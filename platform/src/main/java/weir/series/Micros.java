package weir.series;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Times as stores keep them: microseconds since the epoch.
public final class Micros {

  private Micros() {}

  /// Times that 64 bits cannot hold become the nearest that they can.
  public static long of(Instant time) {
    try {
      return Math.addExact(
          Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
    } catch (ArithmeticException outOfRange) {
      return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  public static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
