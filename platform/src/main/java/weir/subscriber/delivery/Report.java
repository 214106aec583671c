package weir.subscriber.delivery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.subscriber.Endpoint;

/// What a worker did with a lane that it held.
///
/// @param endpoint as it was when it was found to be so
/// @param attempts every request, failed ones too
/// @param delivered what the receiver has
/// @param refused what it did not want, with when to try it again
/// @param parked what is given up
record Report(
    Claim claim,
    Endpoint endpoint,
    List<Sent> attempts,
    List<Long> delivered,
    List<Refusal> refused,
    List<Long> parked,
    Next next,
    Aftermath aftermath) {

  /// What it means for the endpoint beyond this lane.
  enum Aftermath {
    NOTHING,
    /// Its health is another one than before.
    HEALTH,
    /// It failed for too long.
    DISABLE,
    /// It answered 410.
    GONE
  }

  /// A request and the event that it carried.
  record Sent(Pending event, Attempt attempt) {}

  /// A refusal that is not the last one.
  ///
  /// @param due when to try again; null when the lane itself waits for it
  record Refusal(long place, int tries, Instant first, @Nullable Instant due) {}

  /// The same without what receivers said.
  Report withoutAttempts() {
    return new Report(claim, endpoint, List.of(), delivered, refused, parked, next, aftermath);
  }

  Report {
    attempts = List.copyOf(attempts);
    delivered = List.copyOf(delivered);
    refused = List.copyOf(refused);
    parked = List.copyOf(parked);
  }
}
