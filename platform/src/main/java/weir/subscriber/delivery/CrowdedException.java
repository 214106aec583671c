package weir.subscriber.delivery;

import java.io.IOException;

/// This process has too much to do to try it now. Whoever was to be called is not to blame.
final class CrowdedException extends IOException {

  private static final long serialVersionUID = 1;

  CrowdedException(String message) {
    super(message);
  }
}
