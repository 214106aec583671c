package weir.pipeline;

/// A dialect file cannot be used. The message names the file and the key.
public final class DialectException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  DialectException(String message) {
    super(message);
  }

  DialectException(String message, Throwable cause) {
    super(message, cause);
  }
}
