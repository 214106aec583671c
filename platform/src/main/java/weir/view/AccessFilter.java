package weir.view;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import weir.device.AdminToken;
import weir.event.Problem;
import weir.view.console.SessionCookie;
import weir.view.console.Sessions;

/// Lets a request through when its path is open to everybody, it carries the admin token, or
/// it comes from who is signed in to the console; answers 401 otherwise, and 403 when a
/// signed-in browser sends a change without the CSRF token. To be installed before every
/// service.
///
/// An open path is open with all that lies below it. A path with empty or dotted segments is
/// never open, so no spelling gets around the rule.
public final class AccessFilter implements Filter {

  /// Open unless the operator says otherwise. `/ingest` is not guarded here, because the
  /// door asks its senders itself.
  public static final List<String> OPEN_PATHS =
      List.of(
          "/",
          "/health",
          "/metrics",
          "/openapi",
          "/docs",
          "/ingest",
          "/console",
          "/api/session",
          "/favicon.ico");

  private static final String BEARER = "Bearer ";
  private static final Problem UNAUTHORIZED =
      Problem.of(401, "Unauthorized", "send the admin token as Authorization: Bearer");

  private static final Problem FORBIDDEN =
      Problem.of(403, "Forbidden", "a change needs the header X-CSRF-Token");

  private final AdminToken token;
  private final Sessions sessions;
  private final List<String> openPaths;
  private final LongAdder refused = new LongAdder();

  public AccessFilter(AdminToken token, Sessions sessions, List<String> openPaths) {
    this.token = token;
    this.sessions = sessions;
    this.openPaths = List.copyOf(openPaths);
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (isOpen(request.path().path()) || carriesToken(request)) {
      chain.proceed();
      return;
    }
    switch (SessionCookie.standing(request, sessions)) {
      case KNOWN -> chain.proceed();
      case UNPROVEN -> refuse(response, FORBIDDEN);
      case STRANGER -> {
        response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"weir\"");
        refuse(response, UNAUTHORIZED);
      }
    }
  }

  private void refuse(RoutingResponse response, Problem problem) {
    refused.increment();
    Problems.send(response, problem);
  }

  private boolean isOpen(String path) {
    if (path.contains("//") || path.contains("/.") || path.contains(";")) {
      return false;
    }
    return openPaths.stream().anyMatch(open -> path.equals(open) || path.startsWith(open + "/"));
  }

  private boolean carriesToken(RoutingRequest request) {
    Optional<String> header = request.headers().first(HeaderNames.AUTHORIZATION);
    return header.isPresent()
        && header.get().regionMatches(true, 0, BEARER, 0, BEARER.length())
        && token.matches(header.get().substring(BEARER.length()).strip());
  }

  /// Requests refused since the start.
  public long refusedCount() {
    return refused.sum();
  }
}
