package weir.subscriber;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import weir.subscriber.delivery.AddressRules;

/// How applications register and how their events are sent.
///
/// @param openRegistration whether anybody may register a service; otherwise only with the admin
///     token
/// @param registrationsPerMinute services that one address may register in a minute; 0 for no limit
/// @param tokenLifetime how long an access token is good for
/// @param secretGrace how long the signing secret before the current one still signs
/// @param keyFile where the key is that encrypts signing secrets; empty for `webhook.key` in
///     the data directory, made at the first start
/// @param allowLoopback whether callback URLs may lead to this machine
/// @param allowedNetworks private networks that callback URLs may lead to, as `10.1.0.0/16`
/// @param connectTimeout longest time to connect
/// @param timeout longest time for one request, unless the endpoint has its own
/// @param inFlightMax requests at once to one endpoint, unless the endpoint has its own
/// @param lanesMax lanes served at once
/// @param socketsMax requests at once to all endpoints
/// @param idleSocketsMax connections kept open for the next request
/// @param lease how long a worker holds a lane
/// @param disableAfter how long an endpoint may fail before it is disabled
/// @param keptFor how long waiting events and attempts are kept
/// @param attemptsMax attempts kept, the latest
public record SubscriberSettings(
    boolean openRegistration,
    int registrationsPerMinute,
    Duration tokenLifetime,
    Duration secretGrace,
    Path keyFile,
    boolean allowLoopback,
    List<String> allowedNetworks,
    Duration connectTimeout,
    Duration timeout,
    int inFlightMax,
    int lanesMax,
    int socketsMax,
    int idleSocketsMax,
    Duration lease,
    Duration disableAfter,
    Duration keptFor,
    int attemptsMax) {

  /// An endpoint can have a timeout of 30 seconds.
  private static final Duration LEASE_MIN = Duration.ofSeconds(45);

  public SubscriberSettings {
    allowedNetworks = List.copyOf(allowedNetworks);
    AddressRules.checkNetworks(allowedNetworks);
    check(
        tokenLifetime.compareTo(Duration.ofMinutes(1)) >= 0
            && tokenLifetime.compareTo(Duration.ofDays(1)) <= 0,
        "token-lifetime must be 1m to 1d");
    check(
        !secretGrace.isNegative() && secretGrace.compareTo(Duration.ofDays(7)) <= 0,
        "secret-grace must be 0 to 7d");
    check(registrationsPerMinute >= 0, "registrations-per-minute must not be negative");
    check(connectTimeout.isPositive(), "connect-timeout must be longer than zero");
    check(
        timeout.compareTo(Duration.ofSeconds(1)) >= 0
            && timeout.compareTo(Duration.ofSeconds(30)) <= 0,
        "timeout must be 1s to 30s");
    check(inFlightMax >= 1 && inFlightMax <= 64, "in-flight-max must be 1 to 64");
    check(lanesMax >= 10, "lanes-max must be at least 10");
    check(socketsMax >= 10, "sockets-max must be at least 10");
    check(idleSocketsMax >= 0, "idle-sockets-max must not be negative");
    check(lease.compareTo(LEASE_MIN) >= 0, "lease must be at least 45s");
    check(disableAfter.isPositive(), "disable-after must be longer than zero");
    check(keptFor.compareTo(disableAfter) >= 0, "kept-for must be at least disable-after");
    check(attemptsMax >= 1_000, "attempts-max must be at least 1000");
  }

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  public static SubscriberSettings defaults() {
    return new SubscriberSettings(
        true,
        60,
        Duration.ofHours(1),
        Duration.ofHours(24),
        Path.of(""),
        false,
        List.of(),
        Duration.ofSeconds(3),
        Duration.ofSeconds(15),
        8,
        2_048,
        1_024,
        2_048,
        Duration.ofSeconds(60),
        Duration.ofDays(7),
        Duration.ofDays(30),
        1_000_000);
  }

  /// The same settings with callbacks to this machine allowed, for the demo, tests and figures.
  public SubscriberSettings withLoopback() {
    return new SubscriberSettings(
        openRegistration,
        registrationsPerMinute,
        tokenLifetime,
        secretGrace,
        keyFile,
        true,
        allowedNetworks,
        connectTimeout,
        timeout,
        inFlightMax,
        lanesMax,
        socketsMax,
        idleSocketsMax,
        lease,
        disableAfter,
        keptFor,
        attemptsMax);
  }
}
