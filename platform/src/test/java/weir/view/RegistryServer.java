package weir.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import weir.device.DeviceSettings;
import weir.device.Registry;
import weir.subscriber.Applications;
import weir.subscriber.Endpoints;
import weir.subscriber.SecretBox;
import weir.subscriber.SubscriberSettings;
import weir.testkit.OpenApiCheck;
import weir.view.console.ConsolePages;
import weir.view.console.SessionApi;
import weir.view.console.Sessions;

/// The registry's REST interface on a free port, as the program serves it, with a client
/// that holds the admin token.
final class RegistryServer implements AutoCloseable {

  static final String TOKEN = "token-of-the-test";
  static final int IMPORT_ROWS_MAX = 120_000;

  private static final JsonMapper JSON = new JsonMapper();

  final Registry registry;
  final AccessFilter access;
  private final OpenApiCheck document = new OpenApiCheck();
  private final WebServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  RegistryServer(Path folder) {
    registry =
        new Registry(
            folder.resolve("registry.db"), DeviceSettings.defaults(), InstantSource.system());
    registry.adminToken().replace(TOKEN);
    Sessions sessions =
        new Sessions(registry.adminToken(), InstantSource.system(), new SecureRandom());
    access =
        new AccessFilter(
            registry.adminToken(),
            sessions,
            presented -> Optional.empty(),
            AccessFilter.OPEN_PATHS);
    SubscriberSettings settings = SubscriberSettings.defaults();
    SecretBox box = SecretBox.open(folder.resolve("webhook.key"));
    Endpoints endpoints = new Endpoints(registry.database(), box, settings, InstantSource.system());
    Applications applications =
        new Applications(registry.database(), endpoints, InstantSource.system());
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(
                routing -> {
                  routing
                      .addFilter(access)
                      .register(
                          new ConsolePages(),
                          new SessionApi(sessions),
                          new ImportApi(registry.devices(), IMPORT_ROWS_MAX),
                          new CredentialApi(registry.devices(), registry.credentials()),
                          new GeneratorApi(
                              registry.generator(), registry.devices(), InstantSource.system()),
                          new OwnerApi(registry.owners(), registry.devices()),
                          new DeviceApi(registry.devices()),
                          new DeviceTypeApi(registry.types()),
                          new ParameterApi(registry.parameters()),
                          new ApplicationApi(applications, endpoints))
                      .get("/health", (request, response) -> response.send("up"));
                  Problems.install(routing);
                })
            .build()
            .start();
  }

  /// An answer; the body as JSON when there is one.
  record Answer(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (JsonProcessingException e) {
        throw new AssertionError("not JSON: " + response.body(), e);
      }
    }
  }

  int port() {
    return server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  Answer get(String path) {
    return send(request(path).header("Authorization", "Bearer " + TOKEN));
  }

  Answer post(String path, String json) {
    return send("POST", path, "application/json", json);
  }

  Answer send(String method, String path, String mediaType, String body, String... headers) {
    HttpRequest.Builder request =
        request(path)
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", mediaType)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  Answer delete(String path) {
    return send(request(path).header("Authorization", "Bearer " + TOKEN).DELETE());
  }

  Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      compareWithDocument(response);
      return new Answer(response);
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /// Every answer of the registry must be described; what is not there, or not allowed, is
  /// not.
  private void compareWithDocument(HttpResponse<String> response) {
    String path = response.uri().getPath();
    if (!(path.startsWith("/api/") || path.equals("/devices")) || response.statusCode() == 405) {
      return;
    }
    document.check(
        response.request().method(),
        described(path),
        response.statusCode(),
        response.headers().firstValue("Content-Type").orElse(""),
        response.body().getBytes(StandardCharsets.UTF_8));
  }

  private static String described(String path) {
    return path.replaceFirst("^/api/devices/(?!(import|generate)$)[^/]+", "/api/devices/{id}")
        .replaceFirst("^/api/owners/[^/]+$", "/api/owners/{id}")
        .replaceFirst("/credentials/[^/]+$", "/credentials/{credential}")
        .replaceFirst("^/api/device-types/[^/]+$", "/api/device-types/{name}")
        .replaceFirst("^/api/decoding-parameters/[^/]+$", "/api/decoding-parameters/{id}")
        .replaceFirst("/by-device-type/[^/]+$", "/by-device-type/{type}")
        .replaceFirst("^/api/applications/[^/]+$", "/api/applications/{id}");
  }

  @Override
  public void close() {
    server.stop();
    client.close();
    registry.close();
  }
}
