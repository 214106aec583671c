package weir.series.questdb;

/// Hours as numbers since the epoch, in UTC.
final class Hours {

  static final long MICROS = 3_600_000_000L;
  private static final long MILLIS = 3_600_000L;

  private Hours() {}

  static long of(long micros) {
    return Math.floorDiv(micros, MICROS);
  }

  /// The first hour that starts at this time or later.
  static long from(long micros) {
    return -Math.floorDiv(-micros, MICROS);
  }

  static long startMicros(long hour) {
    return hour * MICROS;
  }

  static long endMillis(long hour) {
    return (hour + 1) * MILLIS;
  }
}
