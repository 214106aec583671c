package weir.subscriber.delivery;

import java.time.Instant;

/// An event that waits in a lane.
///
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
    int refusals,
    Instant refusedSince) {}
