package weir.app;

/// A command cannot go on, for a reason that the user can act on. Shown without a stack trace.
final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message, null, false, false);
  }
}
