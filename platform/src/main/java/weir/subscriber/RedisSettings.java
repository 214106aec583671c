package weir.subscriber;

import java.time.Duration;

/// Where the subscription index is when it is not in memory.
///
/// @param url `redis://user:password@host:port/database`, or `rediss://` for TLS; empty takes
///     the settings below
/// @param host name or address of the server; with an empty `url` too, the index is in memory
/// @param port its port
/// @param database number of the database
/// @param timeout longest time for one answer
public record RedisSettings(String url, String host, int port, int database, Duration timeout) {

  public RedisSettings {
    if (!url.isEmpty() && !url.matches("rediss?://.+")) {
      throw new IllegalArgumentException("url must be redis://host:port/database");
    }
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException("timeout must be at least 1ms");
    }
  }

  public static RedisSettings defaults() {
    return new RedisSettings("", "", 6379, 0, Duration.ofMillis(500));
  }

  /// The server at a URL.
  public static RedisSettings at(String url) {
    return new RedisSettings(url, "", 6379, 0, Duration.ofMillis(500));
  }

  public boolean isGiven() {
    return !url.isEmpty() || !host.isEmpty();
  }

  /// All of it as a URL.
  String location() {
    return url.isEmpty() ? "redis://" + host + ":" + port + "/" + database : url;
  }

  @Override
  public String toString() {
    return "RedisSettings[" + (isGiven() ? "a server" : "none") + "]";
  }
}
