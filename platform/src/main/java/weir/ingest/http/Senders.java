package weir.ingest.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.event.Problem;
import weir.event.ProblemException;
import weir.ingest.Access;

/// Finds out who sends a request: `Authorization: Basic` with a device id and its token, `Bearer`
/// with the admin token, or nothing where anonymous senders are allowed.
public final class Senders {

  private final Access access;

  public Senders(Access access) {
    this.access = access;
  }

  Sender of(ServerRequest request) {
    boolean loopback =
        request.remotePeer().address() instanceof InetSocketAddress peer
            && peer.getAddress().isLoopbackAddress();
    Optional<String> header = request.headers().first(HeaderNames.AUTHORIZATION);
    return switch (header
        .map(text -> presented(text, loopback))
        .orElseGet(() -> ask(null, null, loopback))) {
      case Access.Identity.Device device -> new Sender(device.id());
      case Access.Identity.Administrator administrator -> new Sender(null);
      case Access.Identity.Anonymous anonymous -> new Sender(null);
      case Access.Identity.Denied denied ->
          throw new ProblemException(
              Problem.of(
                  401, "Unauthorized", "a valid device credential or admin token is needed"));
    };
  }

  private Access.Identity presented(String header, boolean loopback) {
    if (header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return ask(null, header.substring(7).strip(), loopback);
    }
    if (!header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return new Access.Identity.Denied();
    }
    try {
      byte[] decoded = Base64.getDecoder().decode(header.substring(6).strip());
      String pair = new String(decoded, StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0
          ? new Access.Identity.Denied()
          : ask(pair.substring(0, colon), pair.substring(colon + 1), loopback);
    } catch (IllegalArgumentException notBase64) {
      return new Access.Identity.Denied();
    }
  }

  private Access.Identity ask(@Nullable String user, @Nullable String password, boolean loopback) {
    return access.identify(user, password, loopback);
  }
}
