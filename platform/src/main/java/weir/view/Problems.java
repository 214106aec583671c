package weir.view;

import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.Problem;
import weir.event.ProblemException;
import weir.log.LogException;
import weir.series.StoreException;

/// The web server's one error handler: every failure becomes problem details.
public final class Problems {

  private static final Logger LOGGER = LoggerFactory.getLogger(Problems.class);
  private static final int RETRY_AFTER_SECONDS = 2;

  private Problems() {}

  /// Adds the handlers to a routing.
  public static void install(HttpRouting.Builder routing) {
    routing
        .error(ProblemException.class, (request, response, e) -> send(response, e.problem()))
        .error(
            HttpException.class,
            (request, response, e) ->
                send(response, Problem.of(e.status().code(), e.status().reasonPhrase(), detail(e))))
        .error(
            StoreException.class,
            (request, response, e) ->
                send(
                    response, Problem.of(503, "Store unavailable", String.valueOf(e.getMessage()))))
        .error(
            LogException.class,
            (request, response, e) ->
                send(response, Problem.of(503, "Log unavailable", String.valueOf(e.getMessage()))))
        .error(
            JdbiException.class,
            (request, response, e) -> {
              LOGGER.warn(
                  "the database did not answer path={} reason={}",
                  request.path().path(),
                  e.getMessage());
              send(
                  response, Problem.of(503, "Database unavailable", "the database did not answer"));
            })
        .error(
            RuntimeException.class,
            (request, response, e) -> {
              LOGGER.error(
                  "request failed method={} path={}",
                  request.prologue().method(),
                  request.path().path(),
                  e);
              send(response, Problem.of(500, "Internal error", "the request failed; see the log"));
            });
  }

  /// A part that takes no password has said so before: a browser would ask for one.
  private static void challenge(ServerResponse response) {
    if (!response.headers().contains(HeaderNames.WWW_AUTHENTICATE)) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"weir\", Bearer realm=\"weir\"");
    }
  }

  private static String detail(HttpException e) {
    return e.status().code() < 500 && e.getMessage() != null
        ? e.getMessage()
        : e.status().reasonPhrase();
  }

  /// Answers with a problem and the headers that its status asks for.
  public static void send(ServerResponse response, Problem problem) {
    response.status(Status.create(problem.status()));
    response.header(HeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE);
    switch (problem.status()) {
      case 401 -> challenge(response);
      case 413 -> response.header(HeaderNames.CONNECTION, "close");
      case 429, 503 ->
          response.header(HeaderNames.RETRY_AFTER, Integer.toString(RETRY_AFTER_SECONDS));
      default -> {}
    }
    response.send(problem.json());
  }
}
