package weir.ingest.http;

/// The web server and the HTTP door.
///
/// @param host the address to listen on; loopback unless set
/// @param port 0 takes a free one
/// @param bodyBytesMax longest body of a request to `/ingest`, in bytes
/// @param eventsPerRequestMax most events in one array or NDJSON body
public record HttpDoorSettings(String host, int port, int bodyBytesMax, int eventsPerRequestMax) {

  public HttpDoorSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0 to 65535");
    }
    if (bodyBytesMax < 1_024 || bodyBytesMax > 64 * 1024 * 1024) {
      throw new IllegalArgumentException("body-bytes-max must be 1024 to 67108864");
    }
    if (eventsPerRequestMax < 1) {
      throw new IllegalArgumentException("events-per-request-max must be at least 1");
    }
  }

  public static HttpDoorSettings defaults() {
    return new HttpDoorSettings("127.0.0.1", 8080, 1024 * 1024, 10_000);
  }
}
