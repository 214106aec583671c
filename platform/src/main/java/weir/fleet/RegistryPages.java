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
import java.util.ArrayList;
import java.util.List;

/// Asks the platform over its REST API which devices are registered, page by page.
final class RegistryPages implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private final URI base;
  private final String adminToken;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  RegistryPages(URI base, String adminToken) {
    this.base = base;
    this.adminToken = adminToken;
  }

  /// All that are to be mirrored.
  List<Original> originals() throws IOException, InterruptedException {
    List<Original> all = new ArrayList<>();
    String path = "/api/devices?page_size=1000";
    String cursor = "";
    while (cursor != null) {
      JsonNode page = get(cursor.isEmpty() ? path : path + "&cursor=" + encoded(cursor));
      page.path("items").forEach(device -> Original.of(device).ifPresent(all::add));
      cursor = page.path("next_cursor").textValue();
    }
    return all;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
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
