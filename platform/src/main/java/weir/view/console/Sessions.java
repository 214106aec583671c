package weir.view.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import weir.device.AdminToken;

/// The people who are signed in to the console. Sessions live in memory, twelve hours after
/// their last request and a week at most, so a restart asks for the token again. Safe for use
/// by many threads.
///
/// At most [#SESSIONS_MAX] at a time; one more ends the one that was idle longest. After
/// [#FAILURES_MAX] wrong tokens from one address within a minute its sign-ins are refused
/// until the minute is over. At most [#ADDRESSES_MAX] addresses are remembered; when more
/// fail within a minute, those that are new are refused.
public final class Sessions {

  public static final Duration IDLE_MAX = Duration.ofHours(12);
  static final Duration LENGTH_MAX = Duration.ofDays(7);
  static final int ADDRESSES_MAX = 10_000;
  static final int SESSIONS_MAX = 1_000;
  static final int FAILURES_MAX = 20;

  private static final Duration FAILURES_SPAN = Duration.ofMinutes(1);
  private static final int RANDOM_BYTES = 32;

  /// A session.
  ///
  /// @param id what the cookie holds
  /// @param csrf what every request that changes something has to repeat in a header
  public record Session(String id, String csrf) {}

  /// What came of a sign-in.
  public sealed interface SignIn {

    record Opened(Session session) implements SignIn {}

    /// The token is wrong.
    record Denied() implements SignIn {}

    /// Too many wrong tokens in the last minute.
    record Braked() implements SignIn {}
  }

  private record Open(Session session, Instant since, Instant lastUsed) {}

  private record Failures(Instant since, int count) {}

  private final AdminToken token;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Map<String, Open> open = new HashMap<>();
  private final Map<String, Failures> failures = new HashMap<>();

  public Sessions(AdminToken token, InstantSource clock, SecureRandom random) {
    this.token = token;
    this.clock = clock;
    this.random = random;
  }

  /// Opens a session for who knows the admin token.
  public synchronized SignIn signIn(String presented, String address) {
    Instant now = clock.instant();
    failures.values().removeIf(each -> each.since().isBefore(now.minus(FAILURES_SPAN)));
    Failures before = failures.getOrDefault(address, new Failures(now, 0));
    if (before.count() >= FAILURES_MAX
        || (before.count() == 0 && failures.size() >= ADDRESSES_MAX)) {
      return new SignIn.Braked();
    }
    if (!token.matches(presented)) {
      failures.put(address, new Failures(before.since(), before.count() + 1));
      return new SignIn.Denied();
    }
    removeIdle(now);
    Session session = new Session(fresh(), fresh());
    open.put(session.id(), new Open(session, now, now));
    return new SignIn.Opened(session);
  }

  private String fresh() {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private void removeIdle(Instant now) {
    open.values().removeIf(each -> isOver(each, now));
    if (open.size() >= SESSIONS_MAX) {
      Iterator<Open> all = open.values().iterator();
      Open idlest = all.next();
      while (all.hasNext()) {
        Open other = all.next();
        idlest = other.lastUsed().isBefore(idlest.lastUsed()) ? other : idlest;
      }
      open.remove(idlest.session().id());
    }
  }

  private static boolean isOver(Open each, Instant now) {
    return each.lastUsed().isBefore(now.minus(IDLE_MAX))
        || each.since().isBefore(now.minus(LENGTH_MAX));
  }

  /// The session that a cookie names, if it is still open. Ids have 256 random bits, so that
  /// how long a look-up takes tells nothing of use.
  public synchronized Optional<Session> find(String id) {
    Instant now = clock.instant();
    Open found = open.get(id);
    if (found == null || isOver(found, now)) {
      return Optional.empty();
    }
    open.put(id, new Open(found.session(), found.since(), now));
    return Optional.of(found.session());
  }

  /// Whether a session is open; asking does not prolong it.
  synchronized boolean isOpen(Session session) {
    Open found = open.get(session.id());
    return found != null && !isOver(found, clock.instant());
  }

  public synchronized void signOut(Session session) {
    open.remove(session.id());
  }

  /// Whether a request that changes something comes from our own page.
  public static boolean isOwn(Session session, String presentedCsrf) {
    return MessageDigest.isEqual(
        session.csrf().getBytes(StandardCharsets.UTF_8),
        presentedCsrf.getBytes(StandardCharsets.UTF_8));
  }
}
