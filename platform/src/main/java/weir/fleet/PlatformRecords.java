package weir.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;

/// Asks the platform over its REST API what it stored and what it set aside, as its administrator.
/// Reads page by page, so a long run needs no more memory than the evidence itself.
final class PlatformRecords implements AutoCloseable {

  private static final int PAGE = 1_000;
  private static final List<String> FAMILIES =
      List.of("appliance", "energy", "cloud", "f2", "http", "unknown");

  private final RestPages pages;
  private final Instant runStart;

  /// @param runStart when the run began, by the platform's time; older dead letters are not its
  PlatformRecords(URI base, String adminToken, Instant runStart) {
    this.pages = new RestPages(base, adminToken);
    this.runStart = runStart;
  }

  /// Adds every stored event of the period, and the dead letters.
  void read(Instant from, Instant to, Evidence evidence) throws IOException, InterruptedException {
    pages.each(
        "/api/events?limit=" + PAGE + "&from=" + from + "&to=" + to,
        event -> {
          Instant receivedAt = Instant.parse(event.path("received_at").asText());
          evidence.stored(event.path("event_id").asText(), receivedAt);
        });
    for (String family : FAMILIES) {
      readAside(family, evidence);
    }
  }

  /// The newest dead letters of a family, as many as the platform lists.
  private void readAside(String family, Evidence evidence)
      throws IOException, InterruptedException {
    JsonNode letters =
        pages.get("/api/dead-letters?limit=" + PAGE + "&family=" + family).path("items");
    letters.forEach(letter -> evidence.aside(letter.path("event_id").asText()));
    if (letters.size() >= PAGE) {
      String oldest = letters.path(PAGE - 1).path("received_at").asText();
      if (Instant.parse(oldest).isAfter(runStart)) {
        evidence.cutAside();
      }
    }
  }

  @Override
  public void close() {
    pages.close();
  }
}
