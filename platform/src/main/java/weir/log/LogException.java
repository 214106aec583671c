package weir.log;

/// The log could not do what was asked: it is down, full or refuses.
public final class LogException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LogException(String message, Throwable cause) {
    super(message, cause);
  }

  public LogException(String message) {
    super(message);
  }
}
