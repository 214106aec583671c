package weir.replay;

import java.time.Instant;
import java.util.Set;

/// What to replay.
///
/// @param from messages that were received at this time or later
/// @param to and before this one
/// @param devices ids; empty for all
/// @param into the name of a shadow store that takes all that is decoded; empty for none
/// @param promote whether what differs replaces what is stored
public record ReplayRequest(
    Instant from, Instant to, Set<String> devices, String into, boolean promote) {

  /// How a shadow store may be called.
  public static final String NAME = "[a-z0-9-]{0,40}";

  public ReplayRequest {
    devices = Set.copyOf(devices);
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("the range ends before it starts");
    }
    if (!into.matches(NAME)) {
      throw new IllegalArgumentException("into must be of [a-z0-9-], at most 40 characters");
    }
  }
}
