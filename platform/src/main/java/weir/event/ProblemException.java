package weir.event;

import java.util.List;

/// Ends an HTTP request with a problem; the web server's one error handler answers it.
///
/// An expected outcome, so it has no stack trace.
public final class ProblemException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public ProblemException(Problem problem) {
    super(problem.title(), null, false, false);
    this.problem = problem;
  }

  public static ProblemException of(int status, String title, String detail) {
    return new ProblemException(Problem.of(status, title, detail));
  }

  /// 404 for a thing that is not there.
  public static ProblemException notFound(String detail) {
    return of(404, "Not found", detail);
  }

  /// 422 for one wrong field.
  public static ProblemException invalid(String field, String detail) {
    return new ProblemException(Problem.invalid(List.of(new Problem.Field(field, detail))));
  }

  public Problem problem() {
    return problem;
  }
}
