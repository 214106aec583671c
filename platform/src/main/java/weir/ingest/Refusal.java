package weir.ingest;

/// Why a message was not accepted. Nothing of it was kept, and the sender is told so.
///
/// @param detail a sentence for the sender; names the field or limit, never the payload
public record Refusal(Kind kind, String detail) {

  /// Each kind has one answer in each protocol; see docs/reference/limits.md.
  public enum Kind {
    /// Longer than the limit: HTTP 413, MQTT 0x95.
    TOO_LARGE,
    /// More than the device's share: HTTP 429, MQTT reading is paused.
    OVER_QUOTA,
    /// The platform has as much in flight as it can hold: HTTP 503, MQTT reading is paused.
    BUSY,
    /// The log cannot be written: HTTP 503, MQTT 0x83 or the connection is closed.
    LOG_UNAVAILABLE
  }
}
