package weir.app;

/// A command cannot go on, for a reason that the user can act on. Shown without a stack trace.
public final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public CommandException(String message) {
    super(message, null, false, false);
  }
}
