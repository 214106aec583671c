package weir.ingest.http;

import weir.event.Problem;

/// Ends a request with a problem.
final class RefusedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  RefusedException(Problem problem) {
    super(problem.title(), null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
