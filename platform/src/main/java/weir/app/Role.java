package weir.app;

import java.util.Locale;

/// A part of the platform that a process can play.
public enum Role {
  /// The doors: MQTT and `/ingest`.
  GATEWAY,
  /// Decodes and enriches.
  PIPELINE,
  /// Writes the time series.
  SERIES,
  /// Matches events with subscriptions and sends webhooks.
  SUBSCRIBER,
  /// Answers questions: REST and documentation.
  VIEW;

  /// As it is written in settings.
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
