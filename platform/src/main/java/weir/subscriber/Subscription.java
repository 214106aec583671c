package weir.subscriber;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// That an application wants some events, from when until when: an event matches when it was
/// accepted at or after `subscribedAt` and before [#until].
public record Subscription(
    String id,
    String application,
    Selector selector,
    Instant subscribedAt,
    Instant expiresAt,
    @Nullable Instant cancelledAt) {

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
    return !accepted.isBefore(subscribedAt) && accepted.isBefore(until());
  }
}
