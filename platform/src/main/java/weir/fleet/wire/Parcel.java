package weir.fleet.wire;

import weir.event.EventId;

/// A message on its way to the platform.
///
/// @param device the number of the device in its fleet
/// @param number the message's sequence number; malformed ones have a sequence of their own
/// @param path the MQTT topic or the HTTP path
/// @param payload not copied, not to be changed
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares parcels.
public record Parcel(int device, long number, Kind kind, EventId id, String path, byte[] payload) {

  /// Why it is sent.
  public enum Kind {
    MESSAGE,
    /// A message that was sent before, on purpose.
    DUPLICATE,
    /// Bytes that nobody can read, on purpose.
    MALFORMED,
    /// To a command.
    ANSWER
  }
}
