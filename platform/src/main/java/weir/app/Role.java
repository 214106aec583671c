package weir.app;

/// A part of the platform that a process can play.
public enum Role {
  /// The doors: MQTT and `/ingest`.
  GATEWAY,
  /// Decodes and enriches.
  PIPELINE,
  /// Writes the time series.
  SERIES,
  /// Answers questions: REST and documentation.
  VIEW
}
