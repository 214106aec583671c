package weir.ingest;

/// Limits at the doors.
///
/// @param messageBytesMax longest payload, in bytes
/// @param bytesInFlightMax bytes that may wait for the log before doors stop reading
public record IntakeSettings(int messageBytesMax, int bytesInFlightMax) {

  public IntakeSettings {
    if (messageBytesMax < 1 || messageBytesMax > 16 * 1024 * 1024) {
      throw new IllegalArgumentException("message-bytes-max must be 1 to 16777216");
    }
    if (bytesInFlightMax < messageBytesMax) {
      throw new IllegalArgumentException("bytes-in-flight-max must be at least message-bytes-max");
    }
  }

  public static IntakeSettings defaults() {
    return new IntakeSettings(256 * 1024, 8 * 1024 * 1024);
  }
}
