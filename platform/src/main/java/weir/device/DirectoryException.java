package weir.device;

/// The directory cannot answer now: its database is down, locked or full. Callers wait and ask
/// again; it never says anything about the device asked for.
public final class DirectoryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public DirectoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
