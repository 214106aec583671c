package weir.series.sql;

import org.jspecify.annotations.Nullable;

/// A reading as a row; it has a number or a text.
record ReadingRow(Key key, @Nullable Double value, @Nullable String text) {

  /// What tells it from every other row.
  record Key(long series, long micros, int days) {}
}
