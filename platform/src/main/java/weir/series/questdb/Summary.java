package weir.series.questdb;

import io.questdb.cairo.sql.Record;
import weir.series.Aggregate;

/// What the values of one step come to; two summaries of one step make one. Texts are only
/// counted: their numbers are NaN.
record Summary(
    long count,
    long firstMicros,
    long lastMicros,
    double min,
    double max,
    double sum,
    double first,
    double last) {

  /// Reads the columns count, first and last time, and for numbers min, max, sum, first and last
  /// value, from the third on.
  static Summary read(Record row, Series.Kind kind) {
    long count = row.getLong(2);
    long firstMicros = row.getTimestamp(3);
    long lastMicros = row.getTimestamp(4);
    return switch (kind) {
      case TEXT -> counted(count, firstMicros, lastMicros);
      case NUMBER ->
          new Summary(
              count,
              firstMicros,
              lastMicros,
              row.getDouble(5),
              row.getDouble(6),
              row.getDouble(7),
              row.getDouble(8),
              row.getDouble(9));
    };
  }

  private static Summary counted(long count, long firstMicros, long lastMicros) {
    double none = Double.NaN;
    return new Summary(count, firstMicros, lastMicros, none, none, none, none, none);
  }

  /// An hour as the `hourly` table keeps it, which knows no first and last value.
  static Summary stored(long count, long startMicros, double min, double max, double sum) {
    return new Summary(count, startMicros, startMicros, min, max, sum, Double.NaN, Double.NaN);
  }

  Summary with(Summary other) {
    boolean otherFirst = other.firstMicros < firstMicros;
    boolean otherLast = other.lastMicros > lastMicros;
    return new Summary(
        count + other.count,
        Math.min(firstMicros, other.firstMicros),
        Math.max(lastMicros, other.lastMicros),
        Math.min(min, other.min),
        Math.max(max, other.max),
        sum + other.sum,
        otherFirst ? other.first : first,
        otherLast ? other.last : last);
  }

  double value(Aggregate aggregate) {
    return switch (aggregate) {
      case AVG -> sum / count;
      case MIN -> min;
      case MAX -> max;
      case SUM -> sum;
      case COUNT -> count;
      case FIRST -> first;
      case LAST -> last;
    };
  }
}
