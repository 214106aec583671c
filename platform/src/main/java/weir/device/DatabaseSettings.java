package weir.device;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/// Where a PostgreSQL server is.
///
/// @param url `postgresql://user:password@host:port/database`, with the driver's parameters such
///     as `?sslmode=verify-full`; empty takes the five settings below
/// @param host name or address of the server; with an empty `url` too, no server is used
/// @param port its port
/// @param database name of the database, which must exist
/// @param user who connects, unless the `url` says
/// @param password with this password, unless the `url` says
/// @param timeout longest time to wait for a connection
public record DatabaseSettings(
    String url,
    String host,
    int port,
    String database,
    String user,
    String password,
    Duration timeout) {

  private static final String SCHEME = "postgres(ql)?(\\+[a-z0-9]+)?://.+";

  public DatabaseSettings {
    if (!url.isEmpty() && !url.matches(SCHEME)) {
      throw new IllegalArgumentException("url must be postgresql://host:port/database");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535");
    }
    if (timeout.toSeconds() < 1) {
      throw new IllegalArgumentException("timeout must be at least 1s");
    }
  }

  public static DatabaseSettings defaults() {
    return new DatabaseSettings("", "", 5432, "weir", "weir", "", Duration.ofSeconds(5));
  }

  /// The server at a URL.
  public static DatabaseSettings at(String url) {
    DatabaseSettings none = defaults();
    return new DatabaseSettings(
        url, "", none.port, none.database, none.user, none.password, none.timeout);
  }

  /// Whether a server is named at all.
  public boolean isGiven() {
    return !url.isEmpty() || !host.isEmpty();
  }

  /// Opens connections to it. Batches of inserts become statements of many rows.
  public PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    if (url.isEmpty()) {
      source.setServerNames(new String[] {host});
      source.setPortNumbers(new int[] {port});
      source.setDatabaseName(database);
      source.setUser(user);
      source.setPassword(password);
    } else {
      locate(source);
    }
    source.setApplicationName("weir");
    source.setConnectTimeout((int) timeout.toSeconds());
    source.setTcpKeepAlive(true);
    source.setReWriteBatchedInserts(true);
    return source;
  }

  /// The same server and who connects, another database.
  public DatabaseSettings in(String other) {
    if (url.isEmpty()) {
      return new DatabaseSettings("", host, port, other, user, password, timeout);
    }
    URI uri = URI.create(url);
    String parameters = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String moved = uri.getScheme() + "://" + uri.getRawAuthority() + "/" + other + parameters;
    return new DatabaseSettings(moved, host, port, database, user, password, timeout);
  }

  /// A URL of it to be shown, with the password hidden and without parameters.
  public String masked() {
    PGSimpleDataSource source = source();
    String secret = source.getPassword() == null || source.getPassword().isEmpty() ? "" : ":***";
    return "postgresql://%s%s@%s:%d/%s"
        .formatted(
            source.getUser(),
            secret,
            source.getServerNames()[0],
            source.getPortNumbers()[0],
            source.getDatabaseName());
  }

  private void locate(PGSimpleDataSource source) {
    URI uri = URI.create(url);
    String place = uri.getRawAuthority();
    String who = uri.getRawUserInfo();
    if (who != null) {
      place = place.substring(who.length() + 1);
    }
    String parameters = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    source.setUrl("jdbc:postgresql://" + place + uri.getRawPath() + parameters);
    String[] parts = who == null ? new String[] {user, password} : who.split(":", 2);
    source.setUser(URLDecoder.decode(parts[0], StandardCharsets.UTF_8));
    source.setPassword(
        parts.length > 1 ? URLDecoder.decode(parts[1], StandardCharsets.UTF_8) : password);
  }

  @Override
  public String toString() {
    return "DatabaseSettings[" + (isGiven() ? "a server" : "none") + "]";
  }
}
