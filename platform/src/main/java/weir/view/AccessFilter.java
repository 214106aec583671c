package weir.view;

import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import weir.device.AdminToken;
import weir.event.Problem;
import weir.view.console.SessionCookie;
import weir.view.console.Sessions;

/// Lets a request through when its path is open to everybody, it carries the admin token, it
/// comes from who is signed in to the console, or it carries the access token of an application
/// and is about that application; answers 401 otherwise, 403 when it is about something else or
/// a signed-in browser sends a change without the CSRF token. To be installed before every
/// service, which find the [Caller] in the request's context.
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
          "/containers",
          "/connectivity",
          "/system",
          "/metrics",
          "/openapi",
          "/docs",
          "/ingest",
          "/console",
          "/api/session",
          "/favicon.ico",
          "/register",
          "/token");

  private static final String BEARER = "Bearer ";
  private static final Problem UNAUTHORIZED =
      Problem.of(401, "Unauthorized", "send the admin token as Authorization: Bearer");

  private static final Problem FORBIDDEN =
      Problem.of(403, "Forbidden", "a change needs the header X-CSRF-Token");

  private static final Problem NOT_YOURS =
      Problem.of(403, "Forbidden", "an application may act for itself only");

  private final AdminToken token;
  private final Sessions sessions;
  private final Function<String, Optional<String>> applications;
  private final List<String> openPaths;
  private final LongAdder refused = new LongAdder();

  /// @param applications the application that an access token was issued to
  public AccessFilter(
      AdminToken token,
      Sessions sessions,
      Function<String, Optional<String>> applications,
      List<String> openPaths) {
    this.token = token;
    this.sessions = sessions;
    this.applications = applications;
    this.openPaths = List.copyOf(openPaths);
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    String path = request.path().path();
    if (isOpen(path)) {
      chain.proceed();
      return;
    }
    Optional<Caller> bearer = bearer(request.headers()).flatMap(this::identify);
    if (bearer.isPresent()) {
      pass(bearer.get(), path, chain, request, response);
      return;
    }
    switch (SessionCookie.standing(request, sessions)) {
      case KNOWN -> pass(new Caller.Administrator(), path, chain, request, response);
      case UNPROVEN -> refuse(response, FORBIDDEN);
      case STRANGER -> {
        response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"weir\"");
        refuse(response, UNAUTHORIZED);
      }
    }
  }

  private void pass(
      Caller caller,
      String path,
      FilterChain chain,
      RoutingRequest request,
      RoutingResponse response) {
    if (!caller.mayCall(path)) {
      refuse(response, NOT_YOURS);
      return;
    }
    request.context().register(Caller.class, caller);
    chain.proceed();
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

  /// The token that a request carries.
  static Optional<String> bearer(ServerRequestHeaders headers) {
    return headers
        .first(HeaderNames.AUTHORIZATION)
        .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
        .map(header -> header.substring(BEARER.length()).strip());
  }

  private Optional<Caller> identify(String presented) {
    return token.matches(presented)
        ? Optional.of(new Caller.Administrator())
        : applications.apply(presented).map(Caller.Application::new);
  }

  /// Requests refused since the start.
  public long refusedCount() {
    return refused.sum();
  }
}
