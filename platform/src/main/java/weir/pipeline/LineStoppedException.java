package weir.pipeline;

/// Unexpected errors come too often: the code is wrong, not the messages. Nothing more is set aside
/// until somebody has looked.
final class LineStoppedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LineStoppedException(RuntimeException cause) {
    super("unexpected errors come too often", cause);
  }
}
