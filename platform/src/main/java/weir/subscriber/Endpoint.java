package weir.subscriber;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the events of an application go, and how.
///
/// @param number its short name in the tables of deliveries; never used again
public record Endpoint(
    long number,
    String application,
    URI url,
    Options options,
    Condition condition,
    Secrets secrets) {

  /// How its owner wants to be served.
  ///
  /// @param inFlightMax requests at once
  /// @param timeout longest time for one request
  public record Options(
      Format format, Order order, OnRefusal onRefusal, int inFlightMax, Duration timeout) {}

  /// Whether events are sent.
  ///
  /// @param reason why it is in this state; empty when it is active
  public record Condition(State state, String reason, Instant since) {}

  /// The keys that requests are signed with.
  ///
  /// @param previous the one before, which signs too until `previousUntil`
  public record Secrets(
      SigningSecret current, @Nullable SigningSecret previous, @Nullable Instant previousUntil) {

    /// The keys to sign with now, the current one first.
    public List<SigningSecret> at(Instant now) {
      return previous != null && previousUntil != null && now.isBefore(previousUntil)
          ? List.of(current, previous)
          : List.of(current);
    }
  }

  /// What the body of a request is.
  public enum Format {
    /// The event as it is in the log.
    EVENT,
    /// CloudEvents 1.0, structured.
    CLOUDEVENTS,
    /// CloudEvents 1.0, up to 100 in an array.
    CLOUDEVENTS_BATCH;

    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// Which events keep their order.
  public enum Order {
    /// None: several are on their way at once.
    NONE,
    /// Those of one device.
    DEVICE;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What an ordered endpoint wants when it refuses an event for good.
  public enum OnRefusal {
    /// Three tries, then it is parked and the next one goes on.
    PARK,
    /// The partition waits up to a day.
    BLOCK;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Whether events are sent, and if not, why.
  public enum State {
    ACTIVE,
    /// Held back by its owner; what matches waits.
    PAUSED,
    /// Failed for too long; what matches waits.
    DISABLED,
    /// It answered 410; nothing is collected for it any more.
    GONE;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public State state() {
    return condition.state;
  }

  public boolean isActive() {
    return condition.state == State.ACTIVE;
  }

  Endpoint at(URI otherUrl) {
    return new Endpoint(number, application, otherUrl, options, condition, secrets);
  }

  Endpoint with(Options others) {
    return new Endpoint(number, application, url, others, condition, secrets);
  }

  Endpoint with(Condition other) {
    return new Endpoint(number, application, url, options, other, secrets);
  }

  Endpoint with(Secrets others) {
    return new Endpoint(number, application, url, options, condition, others);
  }

  /// The constant that has this text.
  static <E extends Enum<E>> Optional<E> constant(Class<E> type, String text) {
    String name = text.toUpperCase(Locale.ROOT).replace('-', '_');
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(name) && !text.contains("_")) {
        return Optional.of(constant);
      }
    }
    return Optional.empty();
  }
}
