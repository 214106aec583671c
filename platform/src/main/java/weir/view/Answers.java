package weir.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import weir.device.FieldError;
import weir.device.Outcome;
import weir.device.Precondition;
import weir.event.Problem;
import weir.event.ProblemException;

/// What every resource answers the same way: JSON, entity tags and refusals.
public final class Answers {

  private static final Pattern TAG = Pattern.compile("\"([0-9]{1,18})\"");

  /// A version that nothing has.
  private static final long NO_VERSION = -1;

  private Answers() {}

  public static void send(ServerResponse response, JsonNode body) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    try {
      response.send(JsonBody.JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }

  /// Sends a thing that has a version, as its entity tag; 304 when the client has this version.
  static void send(ServerRequest request, ServerResponse response, JsonNode body, long version) {
    String tag = tag(version);
    response.header(HeaderNames.ETAG, tag);
    if (request.headers().first(HeaderNames.IF_NONE_MATCH).filter(tag::equals).isPresent()) {
      response.status(Status.NOT_MODIFIED_304).send();
      return;
    }
    send(response, body);
  }

  static void created(ServerResponse response, String path, JsonNode body, long version) {
    response.status(Status.CREATED_201);
    response.header(HeaderNames.LOCATION, path);
    response.header(HeaderNames.ETAG, tag(version));
    send(response, body);
  }

  private static String tag(long version) {
    return "\"" + version + "\"";
  }

  /// The versions that `If-Match` names. A tag that is none of ours names a version that nothing
  /// has.
  static Precondition precondition(ServerRequest request) {
    String header = request.headers().first(HeaderNames.IF_MATCH).orElse("*").strip();
    if (header.equals("*")) {
      return Precondition.NONE;
    }
    Set<Long> versions =
        List.of(header.split(",")).stream()
            .map(text -> TAG.matcher(text.strip()))
            .map(tag -> tag.matches() ? Long.parseLong(tag.group(1)) : NO_VERSION)
            .collect(Collectors.toSet());
    return new Precondition(versions);
  }

  /// The value when it was saved; the problem that says why not otherwise.
  static <T> T saved(Outcome<T> outcome, String what) {
    return switch (outcome) {
      case Outcome.Saved<T>(T value) -> value;
      case Outcome.Invalid<T>(List<FieldError> errors) -> throw invalid(errors);
      case Outcome.Missing<T> missing ->
          throw ProblemException.notFound("there is no such " + what);
      case Outcome.Conflict<T>(String detail) -> throw ProblemException.of(409, "Conflict", detail);
      case Outcome.Stale<T>(long version) ->
          throw ProblemException.of(
              412, "Changed since", "the " + what + " has version " + version + " by now");
    };
  }

  public static ProblemException invalid(List<FieldError> errors) {
    return new ProblemException(
        Problem.invalid(
            errors.stream()
                .map(error -> new Problem.Field(error.field(), error.detail()))
                .toList()));
  }

  /// Answers methods that a path does not know.
  public static Handler only(String methods) {
    return (request, response) -> {
      response.header(HeaderNames.ALLOW, methods);
      throw ProblemException.of(405, "Method not allowed", "allowed are " + methods);
    };
  }
}
