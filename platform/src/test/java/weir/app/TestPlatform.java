package weir.app;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import weir.trace.Traces;

/// The whole platform in this process on free ports, with a client that holds the admin token.
final class TestPlatform implements AutoCloseable {

  static final String TOKEN = "weir_test_token_000000000000";

  final Platform platform;
  private final HttpClient http = HttpClient.newHttpClient();

  TestPlatform(Path folder, Map<String, String> settings) {
    platform = Platform.start(bind(folder, settings));
  }

  TestPlatform(Path folder, Map<String, String> settings, Traces traces) {
    platform = Platform.start(bind(folder, settings), traces);
  }

  private static PlatformSettings bind(Path folder, Map<String, String> settings) {
    Map<String, String> flags = new HashMap<>();
    flags.put("http.port", "0");
    flags.put("mqtt.port", "0");
    flags.put("mqtt.websocket-port", "0");
    flags.put("kafka.port", "0");
    flags.put("admin-token", TOKEN);
    flags.putAll(settings);
    return PlatformSettings.bind(null, Map.of(), flags, folder);
  }

  int mqttPort() {
    return platform.mqtt().orElseThrow().port();
  }

  String url() {
    return "http://127.0.0.1:" + platform.httpPort();
  }

  HttpResponse<String> get(String path) {
    return send(request(path).GET());
  }

  HttpResponse<String> post(String path, String json) {
    return send("POST", path, json);
  }

  HttpResponse<String> send(String method, String path, String json) {
    return send(method, path, "application/json", json);
  }

  HttpResponse<String> send(String method, String path, String mediaType, String body) {
    HttpRequest.BodyPublisher publisher =
        body.isEmpty()
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body);
    return send(request(path).header("Content-Type", mediaType).method(method, publisher));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path))
        .header("Authorization", "Bearer " + TOKEN);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    platform.close();
    http.close();
  }
}
