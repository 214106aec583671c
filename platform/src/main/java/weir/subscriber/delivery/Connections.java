package weir.subscriber.delivery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Opens connections to receivers, and keeps idle ones for the next request. Safe for use by many
/// threads.
///
/// A name is looked up for every new connection, everything it stands for is checked, and exactly
/// the address that was checked is dialled; so a name that changes its mind gains nothing. A
/// connection is kept for 30 idle seconds and for five minutes in all.
final class Connections implements AutoCloseable {

  private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long AGE_NANOS = Duration.ofMinutes(5).toNanos();
  private static final int IDLE_PER_ORIGIN = 8;

  private final AddressRules rules;
  private final int idleMax;
  private final int connectMillis;
  private final SSLContext tls;
  private final Map<String, Deque<Connection>> idle = new HashMap<>();
  private int idleCount;
  private boolean closed;

  Connections(AddressRules rules, int idleMax, Duration connectTimeout) {
    this.rules = rules;
    this.idleMax = idleMax;
    this.connectMillis = (int) connectTimeout.toMillis();
    try {
      this.tls = SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  /// A connection that was used before; null when there is none.
  synchronized @Nullable Connection used(URI url) {
    Deque<Connection> connections = idle.get(origin(url));
    while (connections != null && !connections.isEmpty()) {
      Connection connection = connections.removeLast();
      idleCount--;
      if (isFresh(connection, System.nanoTime())) {
        return connection;
      }
      connection.close();
    }
    return null;
  }

  private static boolean isFresh(Connection connection, long now) {
    return connection.isReusable()
        && now - connection.usedNanos() < IDLE_NANOS
        && now - connection.openedNanos() < AGE_NANOS;
  }

  /// A socket that is not connected, so that whoever watches the time can close it.
  static Socket unconnected() {
    return new Socket();
  }

  /// Connects the socket to the address that was checked, and speaks TLS when the URL says so.
  ///
  /// @param limit how long the look-up of the name may take; whoever calls watches the rest
  Connection connect(URI url, Socket socket, Duration limit) throws IOException {
    InetAddress[] addresses = rules.resolve(url.getHost(), limit);
    int port = port(url);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(addresses[0], port), connectMillis);
    Socket spoken = isSecure(url) ? secure(socket, url.getHost(), port) : socket;
    return new Connection(socket, spoken, System.nanoTime());
  }

  private Socket secure(Socket socket, String host, int port) throws IOException {
    String name = AddressRules.bare(host);
    SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(socket, name, port, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  /// Keeps a connection for the next request, or closes it.
  synchronized void giveBack(URI url, Connection connection) {
    Deque<Connection> connections = idle.computeIfAbsent(origin(url), any -> new ArrayDeque<>(1));
    if (closed
        || !isFresh(connection, System.nanoTime())
        || idleCount >= idleMax
        || connections.size() >= IDLE_PER_ORIGIN) {
      connection.close();
      return;
    }
    connections.addLast(connection);
    idleCount++;
  }

  /// Closes what nobody used for a while.
  synchronized void tidy() {
    long now = System.nanoTime();
    for (Deque<Connection> connections : idle.values()) {
      while (!connections.isEmpty() && !isFresh(connections.getFirst(), now)) {
        connections.removeFirst().close();
        idleCount--;
      }
    }
    idle.values().removeIf(Deque::isEmpty);
  }

  static boolean isSecure(URI url) {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  private static int port(URI url) {
    return url.getPort() != -1 ? url.getPort() : isSecure(url) ? 443 : 80;
  }

  private static String origin(URI url) {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  @Override
  public synchronized void close() {
    closed = true;
    idle.values().forEach(connections -> connections.forEach(Connection::close));
    idle.clear();
    idleCount = 0;
  }
}
