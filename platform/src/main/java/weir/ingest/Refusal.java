package weir.ingest;

/// Why a message was not accepted. Nothing of it was kept, but for [Kind#LOG_UNAVAILABLE], where
/// the log may have it all the same: sent again under its event id it is stored once.
///
/// @param detail a sentence for the sender; names the field or limit, never the payload
public record Refusal(Kind kind, String detail) {

  /// Each kind has one answer in each protocol; see docs/reference/http.md and mqtt.md.
  public enum Kind {
    /// Longer than the limit: HTTP 413, MQTT 0x95.
    TOO_LARGE,
    /// More than the device's share: HTTP 429, MQTT 5.0 0x97; MQTT 3.1.1 closes the connection.
    OVER_QUOTA,
    /// The platform has as much in flight as it can hold: HTTP 503. The MQTT door stops reading
    /// before; what was read already is answered as for the quota.
    BUSY,
    /// The log cannot be written: HTTP 503, MQTT 0x83 or the connection is closed.
    LOG_UNAVAILABLE
  }
}
