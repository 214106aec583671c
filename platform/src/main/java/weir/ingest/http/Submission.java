package weir.ingest.http;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.EventId;

/// One event of a request, checked and ready for the intake.
///
/// @param given the id that the sender chose, or null
/// @param payload the bytes of this event alone, as received
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied.
public record Submission(@Nullable EventId given, DeviceId device, byte[] payload) {}
