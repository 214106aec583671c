package weir.ingest.http;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Problem;
import weir.event.ProblemException;

/// Who sends a request.
///
/// @param onlyFor the one device it may speak for; null when it may speak for any
record Sender(@Nullable DeviceId onlyFor) {

  void mustSpeakFor(DeviceId device) {
    if (onlyFor != null && !onlyFor.equals(device)) {
      throw new ProblemException(
          Problem.of(403, "Forbidden", "the credential of " + onlyFor + " is not for " + device));
    }
  }
}
