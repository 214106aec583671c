package weir.subscriber;

import java.time.Instant;

/// A subscription as the registry keeps it.
///
/// @param askedAt when it was asked for last; of two versions the later counts
record Kept(Subscription subscription, Instant askedAt) {}
