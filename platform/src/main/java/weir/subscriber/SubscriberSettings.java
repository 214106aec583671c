package weir.subscriber;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import weir.subscriber.delivery.AddressRules;

/// How applications register and how their events are sent.
public record SubscriberSettings(
    Registration registration, Callbacks callbacks, Requests requests, Lanes lanes) {

  /// How applications come and are known again.
  ///
  /// @param openRegistration whether anybody may register a service; otherwise only with the admin
  ///     token
  /// @param registrationsPerMinute services that one address may register in a minute; 0 for no
  ///     limit
  /// @param tokenLifetime how long an access token is good for
  /// @param secretGrace how long the signing secret before the current one still signs
  /// @param keyFile where the key is that encrypts signing secrets; empty for `webhook.key` in
  ///     the data directory, made at the first start
  public record Registration(
      boolean openRegistration,
      int registrationsPerMinute,
      Duration tokenLifetime,
      Duration secretGrace,
      Path keyFile) {

    public Registration {
      check(
          tokenLifetime.compareTo(Duration.ofMinutes(1)) >= 0
              && tokenLifetime.compareTo(Duration.ofDays(1)) <= 0,
          "token-lifetime must be 1m to 1d");
      check(
          !secretGrace.isNegative() && secretGrace.compareTo(Duration.ofDays(7)) <= 0,
          "secret-grace must be 0 to 7d");
      check(registrationsPerMinute >= 0, "registrations-per-minute must not be negative");
    }
  }

  /// Where callback URLs may lead.
  ///
  /// @param allowLoopback whether callback URLs may lead to this machine
  /// @param allowedNetworks private networks that callback URLs may lead to, as `10.1.0.0/16`
  public record Callbacks(boolean allowLoopback, List<String> allowedNetworks) {

    public Callbacks {
      allowedNetworks = List.copyOf(allowedNetworks);
      AddressRules.checkNetworks(allowedNetworks);
    }
  }

  /// How endpoints are called.
  ///
  /// @param connectTimeout longest time to connect
  /// @param timeout longest time for one request, unless the endpoint has its own
  /// @param inFlightMax requests at once to one endpoint, unless the endpoint has its own
  /// @param socketsMax requests at once to all endpoints, and as many again that wait for more than
  ///     a second
  /// @param idleSocketsMax connections kept open for the next request
  public record Requests(
      Duration connectTimeout,
      Duration timeout,
      int inFlightMax,
      int socketsMax,
      int idleSocketsMax) {

    public Requests {
      check(connectTimeout.isPositive(), "connect-timeout must be longer than zero");
      check(
          timeout.compareTo(Duration.ofSeconds(1)) >= 0
              && timeout.compareTo(Duration.ofSeconds(30)) <= 0,
          "timeout must be 1s to 30s");
      check(inFlightMax >= 1 && inFlightMax <= 64, "in-flight-max must be 1 to 64");
      check(socketsMax >= 10, "sockets-max must be at least 10");
      check(idleSocketsMax >= 0, "idle-sockets-max must not be negative");
    }
  }

  /// How what waits is served and kept.
  ///
  /// @param lanesMax lanes served at once, and as many again that wait for more than a second
  /// @param lease how long a worker holds a lane
  /// @param disableAfter how long an endpoint may fail before it is disabled
  /// @param keptFor how long waiting events and attempts are kept
  /// @param attemptsMax attempts kept, the latest: so many that delivered, and as many that did not
  public record Lanes(
      int lanesMax, Duration lease, Duration disableAfter, Duration keptFor, int attemptsMax) {

    /// An endpoint can have a timeout of 30 seconds.
    private static final Duration LEASE_MIN = Duration.ofSeconds(45);

    public Lanes {
      check(lanesMax >= 10, "lanes-max must be at least 10");
      check(lease.compareTo(LEASE_MIN) >= 0, "lease must be at least 45s");
      check(disableAfter.isPositive(), "disable-after must be longer than zero");
      check(keptFor.compareTo(disableAfter) >= 0, "kept-for must be at least disable-after");
      check(attemptsMax >= 1_000, "attempts-max must be at least 1000");
    }
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  public static SubscriberSettings defaults() {
    return new SubscriberSettings(
        new Registration(true, 60, Duration.ofHours(1), Duration.ofHours(24), Path.of("")),
        new Callbacks(false, List.of()),
        new Requests(Duration.ofSeconds(3), Duration.ofSeconds(15), 8, 1_024, 2_048),
        new Lanes(
            2_048, Duration.ofSeconds(60), Duration.ofDays(7), Duration.ofDays(30), 1_000_000));
  }

  /// The same settings with callbacks to this machine allowed, for the demo, tests and figures.
  public SubscriberSettings withLoopback() {
    Callbacks open = new Callbacks(true, callbacks.allowedNetworks());
    return new SubscriberSettings(registration, open, requests, lanes);
  }
}
