package weir.app;

import java.util.ArrayDeque;
import java.util.Deque;

/// What was opened, to be closed in the opposite order. Closing goes on past a failure and throws
/// the first one with the others suppressed.
public final class Parts implements AutoCloseable {

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  public <T extends AutoCloseable> T add(T part) {
    open.push(part);
    return part;
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        RuntimeException wrapped =
            e instanceof RuntimeException same ? same : new IllegalStateException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
