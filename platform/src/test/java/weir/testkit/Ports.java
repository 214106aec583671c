package weir.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Free ports for servers that cannot choose one themselves.
public final class Ports {

  private Ports() {}

  /// So many different ones.
  public static List<Integer> free(int count) {
    return Stream.generate(Ports::free).distinct().limit(count).toList();
  }

  /// A port from below those that the system gives to outgoing connections: a client that knocks at
  /// a killed server's port could otherwise get that very port for its own end.
  public static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(16_384, 32_000);
      try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return free.getLocalPort();
      } catch (BindException taken) {
        // The next one may be free.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
