package weir.view;

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
import java.util.Locale;
import java.util.Map;
import weir.event.ProblemException;

/// `GET /openapi`: the description of the interface, as JSON, or as YAML when asked for; and
/// `GET /docs/`: the same to browse and to try out, with Swagger UI.
///
/// The page loads nothing from elsewhere and runs no script but the ones it names. A fixed list
/// of files is served, no others.
public final class DocsApi implements HttpService {

  private static final String SWAGGER_UI = "/META-INF/resources/webjars/swagger-ui/5.34.1/";
  private static final String OURS = "/weir/view/docs/";
  private static final HeaderName CSP = HeaderNames.create("Content-Security-Policy");
  private static final HeaderName NOSNIFF = HeaderNames.create("X-Content-Type-Options");
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self';"
          + " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'none'";

  /// A file of the page: where it is in the class path, and its media type.
  private record Asset(String resource, String mediaType) {}

  private static final Map<String, Asset> ASSETS =
      Map.of(
          "index.html", new Asset(OURS + "index.html", "text/html; charset=utf-8"),
          "docs.js", new Asset(OURS + "docs.js", "text/javascript; charset=utf-8"),
          "docs.css", new Asset(OURS + "docs.css", "text/css; charset=utf-8"),
          "swagger-ui-bundle.js",
              new Asset(SWAGGER_UI + "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
          "swagger-ui.css", new Asset(SWAGGER_UI + "swagger-ui.css", "text/css; charset=utf-8"),
          "favicon-32x32.png", new Asset(SWAGGER_UI + "favicon-32x32.png", "image/png"));

  private final byte[] json;
  private final byte[] yaml;

  public DocsApi(OpenApiDocument document) {
    this.json = document.json();
    this.yaml = document.yaml();
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/openapi", this::describe)
        .get("/docs", this::redirect)
        .get("/docs/", (request, response) -> send(response, "index.html"))
        .get("/docs/{file}", this::file);
  }

  private void describe(ServerRequest request, ServerResponse response) {
    String accept = request.headers().first(HeaderNames.ACCEPT).orElse("");
    boolean wantsYaml = accept.toLowerCase(Locale.ROOT).contains("yaml");
    response.header(HeaderNames.CONTENT_TYPE, wantsYaml ? "application/yaml" : "application/json");
    response.header(HeaderNames.VARY, "Accept");
    response.send(wantsYaml ? yaml : json);
  }

  private void redirect(ServerRequest request, ServerResponse response) {
    response.status(Status.MOVED_PERMANENTLY_301).header(HeaderNames.LOCATION, "/docs/");
    response.send();
  }

  private void file(ServerRequest request, ServerResponse response) {
    send(response, request.path().pathParameters().get("file"));
  }

  private static void send(ServerResponse response, String file) {
    Asset asset = ASSETS.get(file);
    if (asset == null) {
      throw ProblemException.notFound("there is no such page");
    }
    response.header(HeaderNames.CONTENT_TYPE, asset.mediaType());
    response.header(HeaderNames.CACHE_CONTROL, "max-age=3600");
    response.header(CSP, POLICY);
    response.header(NOSNIFF, "nosniff");
    response.send(read(asset));
  }

  private static byte[] read(Asset asset) {
    try (InputStream in = DocsApi.class.getResourceAsStream(asset.resource())) {
      if (in == null) {
        throw new IllegalStateException("there is no " + asset.resource());
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + asset.resource(), e);
    }
  }
}
