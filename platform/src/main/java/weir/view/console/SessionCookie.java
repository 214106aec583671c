package weir.view.console;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// How a session travels: an id in a cookie that no script can read and no other site can
/// send, and a second secret in a header of every request that changes something.
public final class SessionCookie {

  static final String NAME = "weir_session";
  private static final HeaderName CSRF = HeaderNames.create("X-CSRF-Token");
  private static final HeaderName FORWARDED_PROTO = HeaderNames.create("X-Forwarded-Proto");
  private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");

  /// What a request's cookie says.
  public enum Standing {
    /// There is no cookie, or its session is over.
    STRANGER,
    /// Signed in.
    KNOWN,
    /// Signed in, and the request would change something without the CSRF token.
    UNPROVEN
  }

  private SessionCookie() {}

  public static Standing standing(ServerRequest request, Sessions sessions) {
    Optional<Sessions.Session> session = session(request, sessions);
    if (session.isEmpty()) {
      return Standing.STRANGER;
    }
    if (HARMLESS.contains(request.prologue().method().text())) {
      return Standing.KNOWN;
    }
    String csrf = request.headers().first(CSRF).orElse("");
    return Sessions.isOwn(session.get(), csrf) ? Standing.KNOWN : Standing.UNPROVEN;
  }

  static Optional<Sessions.Session> session(ServerRequest request, Sessions sessions) {
    String header = request.headers().first(HeaderNames.COOKIE).orElse("");
    for (String part : header.split(";", -1)) {
      String cookie = part.strip();
      if (cookie.startsWith(NAME + "=")) {
        return sessions.find(cookie.substring(NAME.length() + 1));
      }
    }
    return Optional.empty();
  }

  /// Tells whenever it is asked whether the session that a request came with is still open; who
  /// came without one, with a token, may stay.
  public static BooleanSupplier lasting(ServerRequest request, Sessions sessions) {
    return session(request, sessions)
        .<BooleanSupplier>map(session -> () -> sessions.isOpen(session))
        .orElse(() -> true);
  }

  static void set(ServerRequest request, ServerResponse response, Sessions.Session session) {
    response.header(
        HeaderNames.SET_COOKIE, cookie(request, session.id(), Sessions.IDLE_MAX.toSeconds()));
  }

  static void clear(ServerRequest request, ServerResponse response) {
    response.header(HeaderNames.SET_COOKIE, cookie(request, "", 0));
  }

  private static String cookie(ServerRequest request, String value, long maxAgeSeconds) {
    boolean secure =
        request.isSecure()
            || request
                .headers()
                .first(FORWARDED_PROTO)
                .filter(proto -> proto.toLowerCase(Locale.ROOT).equals("https"))
                .isPresent();
    return NAME
        + "="
        + value
        + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
        + maxAgeSeconds
        + (secure ? "; Secure" : "");
  }
}
