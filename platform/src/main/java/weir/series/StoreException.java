package weir.series;

import org.jspecify.annotations.Nullable;

/// The store cannot do what was asked now: it is down, full, busy or too slow. Worth another try.
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public StoreException(String message) {
    super(message);
  }
}
