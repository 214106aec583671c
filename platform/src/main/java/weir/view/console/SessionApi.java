package weir.view.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import weir.event.Problem;
import weir.event.ProblemException;
import weir.view.Problems;

/// `POST /api/session` signs in with the admin token and sets the cookie; `GET` tells
/// whether one is signed in, and the CSRF token; `DELETE` signs out. The path is open,
/// because who comes here is not signed in yet.
public final class SessionApi implements HttpService {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int BODY_BYTES_MAX = 4_096;

  private final Sessions sessions;

  public SessionApi(Sessions sessions) {
    this.sessions = sessions;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/session", this::show)
        .post("/api/session", this::signIn)
        .delete("/api/session", this::signOut);
  }

  private void show(ServerRequest request, ServerResponse response) throws IOException {
    send(response, SessionCookie.session(request, sessions).map(Sessions.Session::csrf));
  }

  private void signIn(ServerRequest request, ServerResponse response) throws IOException {
    switch (sessions.signIn(token(request), request.remotePeer().host())) {
      case Sessions.SignIn.Opened(Sessions.Session session) -> {
        SessionCookie.set(request, response, session);
        send(response, Optional.of(session.csrf()));
      }
      case Sessions.SignIn.Denied _ ->
          throw ProblemException.of(403, "Wrong token", "this is not the admin token");
      case Sessions.SignIn.Braked _ ->
          Problems.send(
              response,
              Problem.of(429, "Too many tries", "too many wrong tokens; wait for a minute"));
    }
  }

  /// Only JSON is read: a form of another site cannot send it.
  private static String token(ServerRequest request) throws IOException {
    String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
    if (!type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      throw ProblemException.of(
          415, "Unsupported media type", "the content type must be application/json");
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] body = in.readNBytes(BODY_BYTES_MAX);
      JsonNode token = JSON.readTree(body).path("token");
      if (token.isTextual()) {
        return token.textValue();
      }
    } catch (JsonProcessingException notJson) {
      throw ProblemException.of(400, "Unreadable body", "the body must be a JSON object");
    }
    throw ProblemException.invalid("token", "is required");
  }

  private void signOut(ServerRequest request, ServerResponse response) {
    switch (SessionCookie.standing(request, sessions)) {
      case UNPROVEN -> throw ProblemException.of(403, "Forbidden", "X-CSRF-Token is missing");
      case STRANGER -> {}
      case KNOWN -> SessionCookie.session(request, sessions).ifPresent(sessions::signOut);
    }
    SessionCookie.clear(request, response);
    response.status(Status.NO_CONTENT_204).send();
  }

  private static void send(ServerResponse response, Optional<String> csrf) throws IOException {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.send(JSON.writeValueAsBytes(JSON.createObjectNode().put("csrf", csrf.orElse(null))));
  }
}
