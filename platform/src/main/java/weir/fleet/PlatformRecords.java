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
import java.time.Instant;
import java.util.List;

/// Asks the platform over its REST API what it stored and what it set aside, as its administrator.
/// Reads page by page, so a long run needs no more memory than the evidence itself.
final class PlatformRecords implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAGE = 1_000;
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final List<String> FAMILIES =
      List.of("appliance", "energy", "cloud", "f2", "http", "unknown");

  private final URI base;
  private final String adminToken;
  private final Instant runStart;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /// @param runStart when the run began, by the platform's time; older dead letters are not its
  PlatformRecords(URI base, String adminToken, Instant runStart) {
    this.base = base;
    this.adminToken = adminToken;
    this.runStart = runStart;
  }

  /// Adds every stored event of the period, and the dead letters.
  void read(Instant from, Instant to, Evidence evidence) throws IOException, InterruptedException {
    String query = "/api/events?limit=" + PAGE + "&from=" + from + "&to=" + to;
    String cursor = "";
    while (cursor != null) {
      JsonNode page = get(cursor.isEmpty() ? query : query + "&cursor=" + encoded(cursor));
      for (JsonNode event : page.path("items")) {
        Instant receivedAt = Instant.parse(event.path("received_at").asText());
        evidence.stored(event.path("event_id").asText(), receivedAt);
      }
      cursor = page.path("next_cursor").textValue();
    }
    for (String family : FAMILIES) {
      readAside(family, evidence);
    }
  }

  /// The newest dead letters of a family, as many as the platform lists.
  private void readAside(String family, Evidence evidence)
      throws IOException, InterruptedException {
    JsonNode letters = get("/api/dead-letters?limit=" + PAGE + "&family=" + family).path("items");
    letters.forEach(letter -> evidence.aside(letter.path("event_id").asText()));
    if (letters.size() >= PAGE) {
      String oldest = letters.path(PAGE - 1).path("received_at").asText();
      if (Instant.parse(oldest).isAfter(runStart)) {
        evidence.cutAside();
      }
    }
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
    client.close();
  }
}
