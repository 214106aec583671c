package weir.subscriber.delivery;

import java.io.IOException;

/// A name leads to an address that must not be called; nothing was sent. Says the same of all of
/// them, so that nobody can feel their way through a network.
final class BlockedAddressException extends IOException {

  private static final long serialVersionUID = 1L;

  BlockedAddressException() {
    super("the address is not public");
  }
}
