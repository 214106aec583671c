package weir.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/// Asks the platform over its REST API, as its administrator.
final class RestPages implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final URI base;
  private final String adminToken;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  RestPages(URI base, String adminToken) {
    this.base = base;
    this.adminToken = adminToken;
  }

  /// Visits the items of a listing, page by page.
  ///
  /// @param path with a query
  void each(String path, Consumer<JsonNode> visitor) throws IOException, InterruptedException {
    String cursor = "";
    while (cursor != null) {
      JsonNode page = get(cursor.isEmpty() ? path : path + "&cursor=" + encoded(cursor));
      page.path("items").forEach(visitor);
      cursor = page.path("next_cursor").textValue();
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(ANSWER)
            .header("Authorization", "Bearer " + adminToken)
            .build();
    HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    if (answer.statusCode() != 200) {
      throw new IOException("the platform answered " + answer.statusCode() + " to GET " + path);
    }
    return JSON.readTree(answer.body());
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
