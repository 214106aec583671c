package weir.fleet;

/// What was asked for comes too late: the simulation is over.
public final class OverException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  OverException() {
    super("the simulation is over");
  }
}
