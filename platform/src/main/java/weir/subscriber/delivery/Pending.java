package weir.subscriber.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event that waits in a lane.
///
/// @param trace the latest step before, when the event is followed
/// @param refusals how often the receiver refused it
/// @param refusedSince when it did so first; of no meaning when it did not
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares these.
record Pending(
    long place,
    String eventId,
    String device,
    String type,
    Instant acceptedAt,
    byte[] body,
    @Nullable String trace,
    int refusals,
    Instant refusedSince) {}
