package weir.subscriber;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// That an application wants some events, from when until when: an event matches when it was
/// accepted at or after `subscribedAt` and before [#until], or in the time before that was ended.
///
/// @param earlier when the same was wanted before, for events that come late
public record Subscription(
    String id,
    String application,
    Selector selector,
    Instant subscribedAt,
    Instant expiresAt,
    @Nullable Instant cancelledAt,
    @Nullable Window earlier) {

  /// A time that is over.
  public record Window(Instant from, Instant until) {
    boolean covers(Instant accepted) {
      return !accepted.isBefore(from) && accepted.isBefore(until);
    }
  }

  Subscription endingAt(Instant end, @Nullable Instant cancelled) {
    return new Subscription(id, application, selector, subscribedAt, end, cancelled, earlier);
  }

  /// What it is at a time.
  public enum Status {
    ACTIVE,
    EXPIRED,
    CANCELLED;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// When it stops matching.
  public Instant until() {
    return cancelledAt != null && cancelledAt.isBefore(expiresAt) ? cancelledAt : expiresAt;
  }

  public Status status(Instant now) {
    if (cancelledAt != null && cancelledAt.isBefore(expiresAt)) {
      return Status.CANCELLED;
    }
    return now.isBefore(expiresAt) ? Status.ACTIVE : Status.EXPIRED;
  }

  boolean covers(Instant accepted) {
    return new Window(subscribedAt, until()).covers(accepted)
        || (earlier != null && earlier.covers(accepted));
  }
}
