package weir.view;

import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import weir.event.ProblemException;

/// Who makes a request that needs a token.
sealed interface Caller {

  /// Whether a path is open to this caller at all; what lies behind it may ask more.
  boolean mayCall(String path);

  /// Ends the request with 403 unless this caller may act for the application.
  void require(String application);

  /// The operator, who may do everything.
  record Administrator() implements Caller {
    @Override
    public boolean mayCall(String path) {
      return true;
    }

    @Override
    public void require(String application) {
      // Everything is allowed.
    }
  }

  /// An application, which may act for itself.
  record Application(String id) implements Caller {

    private static final List<String> OPEN = List.of("/subscribe", "/api/subscriptions");

    @Override
    public boolean mayCall(String path) {
      return OPEN.stream().anyMatch(open -> isBelow(path, open))
          || isBelow(path, "/api/applications/" + id);
    }

    private static boolean isBelow(String path, String open) {
      return !path.contains("/.")
          && !path.contains(";")
          && (path.equals(open) || path.startsWith(open + "/"));
    }

    @Override
    public void require(String application) {
      if (!id.equals(application)) {
        throw ProblemException.of(403, "Forbidden", "an application may act for itself only");
      }
    }
  }

  /// The caller that the access filter found.
  static Caller of(ServerRequest request) {
    return request
        .context()
        .get(Caller.class, Caller.class)
        .orElseThrow(
            () ->
                ProblemException.of(401, "Unauthorized", "send a token as Authorization: Bearer"));
  }
}
