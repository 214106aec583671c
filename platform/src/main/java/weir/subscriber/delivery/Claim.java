package weir.subscriber.delivery;

import java.time.Instant;

/// A lane that a worker holds until its lease ends.
///
/// @param epoch the proof of it: what is finished under an epoch that is not the lane's any more
///     came too late and changes nothing
record Claim(long lane, long endpoint, int shard, long epoch, Instant leaseEnd) {

  /// The shard of the lane that holds what an unordered endpoint refused.
  static final int ASIDE = -1;

  boolean isAside() {
    return shard == ASIDE;
  }
}
