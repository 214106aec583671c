package weir.series.sql;

import java.nio.file.Path;

/// The time series in a SQLite file, for the smallest installs.
///
/// @param file the file; an empty path keeps them elsewhere
public record SqliteSettings(Path file) {

  public static SqliteSettings defaults() {
    return new SqliteSettings(Path.of(""));
  }

  public boolean isGiven() {
    return !file.toString().isEmpty();
  }
}
