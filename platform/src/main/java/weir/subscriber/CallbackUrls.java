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

  List<FieldError> errors(String field, String text) {
    Optional<URI> parsed = text.length() > LENGTH_MAX ? Optional.empty() : parse(text);
    String wrong = parsed.map(this::wrong).orElse("must be a URL such as https://example.com/hook");
    return wrong.isEmpty() ? List.of() : List.of(new FieldError(field, wrong));
  }

  private String wrong(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      return "must be a URL such as https://example.com/hook";
    }
    if (url.getRawUserInfo() != null) {
      return "must not hold a user or password";
    }
    if (url.getRawFragment() != null) {
      return "must not hold a fragment";
    }
    int port = url.getPort();
    if (port != -1 && port != 80 && port != 443 && (port < RESERVED_PORTS || port > 65_535)) {
      return "must use port 80, 443 or one from 1024";
    }
    return leadsAway(url.getHost()) ? "" : "must lead to a public address";
  }

  private boolean leadsAway(String host) {
    return !AddressRules.isOddlySpelled(host) && rules.allowName(host, LOOKUP_LIMIT);
  }
}
