package weir.fleet.model;

import java.time.Instant;

/// One thing a device says.
///
/// @param sequence counts the messages of the device from 1, without gaps
/// @param time when, by the device's own clock
/// @param path the MQTT topic, or the HTTP path
/// @param payload JSON in UTF-8; not copied, not to be changed
/// @param fate what a sound platform does with it
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares messages.
public record Message(long sequence, Instant time, String path, byte[] payload, Fate fate) {

  /// What becomes of an accepted message.
  public enum Fate {
    STORED,
    /// No decoding parameter covers it, so it belongs with the dead letters.
    SET_ASIDE
  }

  static Message stored(long sequence, Instant time, String path, byte[] payload) {
    return new Message(sequence, time, path, payload, Fate.STORED);
  }
}
