package weir.subscriber.delivery;

import java.time.Instant;

/// When a lane is to be looked at again.
sealed interface Next {

  /// At once, when something waits in it.
  record Ready() implements Next {}

  /// Not before this time.
  record At(Instant time) implements Next {}

  /// When its endpoint is resumed.
  record Held() implements Next {}
}
