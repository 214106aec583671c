package weir.series;

/// The store will never take one of the events of a batch. Nothing of the batch was stored.
public final class RefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public RefusedException(String message) {
    super(message);
  }
}
