package weir.subscriber;

import java.net.IDN;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import weir.device.FieldError;
import weir.subscriber.delivery.AddressRules;

/// Which callback URLs are taken. What a name leads to is looked at here, so that mistakes show
/// early, and again at every connection, because it may lead elsewhere by then.
final class CallbackUrls {

  static final int LENGTH_MAX = 2_048;

  static final String WRONG =
      "must be a URL such as https://example.com/hook: http or https, to a public address, port 80,"
          + " 443 or from 1024, without user and fragment";

  private static final int RESERVED_PORTS = 1_024;
  private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(3);

  private final AddressRules rules;

  CallbackUrls(SubscriberSettings settings) {
    rules = new AddressRules(settings.callbacks());
  }

  /// The URL with its host in ASCII; empty when it is none that can be called.
  static Optional<URI> parse(String text) {
    try {
      URI uri = new URI(text);
      String host = uri.getHost();
      if (host == null && uri.getRawAuthority() != null) {
        String named = uri.getRawAuthority().replaceFirst(":[0-9]*$", "");
        String ascii = IDN.toASCII(named, IDN.USE_STD3_ASCII_RULES);
        uri = new URI(text.replaceFirst(Pattern.quote(named), ascii));
        host = uri.getHost();
      }
      return host == null ? Optional.empty() : Optional.of(uri);
    } catch (URISyntaxException | IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  /// One text for all that is refused: who tries addresses learns nothing of what they are.
  List<FieldError> errors(String field, String text) {
    Optional<URI> parsed = text.length() > LENGTH_MAX ? Optional.empty() : parse(text);
    return parsed.filter(this::isCallable).isPresent()
        ? List.of()
        : List.of(new FieldError(field, WRONG));
  }

  private boolean isCallable(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    int port = url.getPort();
    return (scheme.equals("http") || scheme.equals("https"))
        && url.getRawUserInfo() == null
        && url.getRawFragment() == null
        && (port == -1 || port == 80 || port == 443 || (port >= RESERVED_PORTS && port <= 65_535))
        && !AddressRules.isOddlySpelled(url.getHost())
        && rules.allowName(url.getHost(), LOOKUP_LIMIT);
  }
}
