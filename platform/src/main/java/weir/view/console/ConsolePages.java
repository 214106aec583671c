package weir.view.console;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import weir.event.ProblemException;

/// The console's files under `/console/assets`, and its one page for every other path under
/// `/console`, which then shows what the path says. The page runs no script and loads
/// nothing but these files, and a script cannot turn text into HTML.
public final class ConsolePages implements HttpService {

  private static final String FOLDER = "/weir/view/console/";
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}\\.(js|css|svg|woff2)");
  private static final HeaderName CSP = HeaderNames.create("Content-Security-Policy");
  private static final HeaderName REFERRER = HeaderNames.create("Referrer-Policy");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self';"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";
  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "woff2", "font/woff2");

  @SuppressWarnings("ArrayRecordComponent") // Sent as it is; nobody compares files.
  private record File(byte[] bytes, String mediaType, String tag) {}

  private final Map<String, File> files = new ConcurrentHashMap<>();

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", (request, response) -> redirect(response))
        .get("/console", (request, response) -> redirect(response))
        .get("/console/assets/{file}", this::asset)
        .get("/console/*", (request, response) -> send(request, response, "index.html"));
  }

  private static void redirect(ServerResponse response) {
    response.status(Status.FOUND_302).header(HeaderNames.LOCATION, "/console/");
    response.send();
  }

  private void asset(ServerRequest request, ServerResponse response) {
    String name = request.path().pathParameters().get("file");
    if (!NAME.matcher(name).matches()) {
      throw ProblemException.notFound("there is no such file");
    }
    send(request, response, name);
  }

  private void send(ServerRequest request, ServerResponse response, String name) {
    File file = files.computeIfAbsent(name, ConsolePages::read);
    response.header(HeaderNames.ETAG, file.tag());
    response.header(HeaderNames.CACHE_CONTROL, "no-cache");
    response.header(CSP, POLICY);
    response.header(REFERRER, "same-origin");
    if (request.headers().first(HeaderNames.IF_NONE_MATCH).filter(file.tag()::equals).isPresent()) {
      response.status(Status.NOT_MODIFIED_304).send();
      return;
    }
    response.header(HeaderNames.CONTENT_TYPE, file.mediaType());
    response.send(file.bytes());
  }

  private static File read(String name) {
    try (InputStream in = ConsolePages.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw ProblemException.notFound("there is no such file");
      }
      byte[] bytes = in.readAllBytes();
      String ending = name.substring(name.lastIndexOf('.') + 1);
      String mediaType = MEDIA_TYPES.getOrDefault(ending, "application/octet-stream");
      return new File(bytes, mediaType, "\"" + hash(bytes) + "\"");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
