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
/// their last request at most, so a restart asks for the token again. Safe for use by many
/// threads.
///
/// At most [#SESSIONS_MAX] at a time; one more ends the one that was idle longest. After
/// [#FAILURES_MAX] wrong tokens within a minute every sign-in is refused until the minute is
/// over; who has the token can still send it as bearer.
public final class Sessions {

  public static final Duration IDLE_MAX = Duration.ofHours(12);
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

  private record Open(Session session, Instant lastUsed) {}

  private final AdminToken token;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Map<String, Open> open = new HashMap<>();
  private Instant failuresSince = Instant.MIN;
  private int failures;

  public Sessions(AdminToken token, InstantSource clock, SecureRandom random) {
    this.token = token;
    this.clock = clock;
    this.random = random;
  }

  /// Opens a session for who knows the admin token.
  public synchronized SignIn signIn(String presented) {
    Instant now = clock.instant();
    if (failuresSince.isBefore(now.minus(FAILURES_SPAN))) {
      failuresSince = now;
      failures = 0;
    }
    if (failures >= FAILURES_MAX) {
      return new SignIn.Braked();
    }
    if (!token.matches(presented)) {
      failures++;
      return new SignIn.Denied();
    }
    removeIdle(now);
    Session session = new Session(fresh(), fresh());
    open.put(session.id(), new Open(session, now));
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
    return each.lastUsed().isBefore(now.minus(IDLE_MAX));
  }

  /// The session that a cookie names, if it is still open. Ids have 256 random bits, so that
  /// how long a look-up takes tells nothing of use.
  public synchronized Optional<Session> find(String id) {
    Instant now = clock.instant();
    Open found = open.get(id);
    if (found == null || isOver(found, now)) {
      return Optional.empty();
    }
    open.put(id, new Open(found.session(), now));
    return Optional.of(found.session());
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
