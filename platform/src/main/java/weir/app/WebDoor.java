package weir.app;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import weir.ingest.http.HttpDoorSettings;
import weir.view.Problems;

/// The web server with everything that is served over HTTP.
final class WebDoor implements AutoCloseable {

  private static final Duration IDLE_MAX = Duration.ofMinutes(2);
  private static final int CONNECTIONS_MAX = 10_000;

  private final WebServer server;

  /// Starts it.
  ///
  /// @throws CommandException when the port is taken
  WebDoor(HttpDoorSettings settings, Filter access, List<HttpService> services) {
    server =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .maxTcpConnections(CONNECTIONS_MAX)
            .idleConnectionTimeout(IDLE_MAX)
            .shutdownHook(false)
            .routing(routing -> route(routing, access, services))
            .build();
    try {
      server.start();
    } catch (RuntimeException e) {
      server.stop();
      throw isTaken(e) ? taken(settings) : e;
    }
    if (!server.isRunning()) {
      throw taken(settings);
    }
  }

  private static CommandException taken(HttpDoorSettings settings) {
    return new CommandException(
        "port %d cannot be opened, it is probably taken; set http.port (WEIR_HTTP_PORT) to another"
            .formatted(settings.port()));
  }

  private static void route(
      HttpRouting.Builder routing, Filter access, List<HttpService> services) {
    Problems.install(routing);
    routing.addFilter(
        (chain, request, response) -> {
          response.header(HeaderNames.create("X-Content-Type-Options"), "nosniff");
          chain.proceed();
        });
    routing.addFilter(access);
    services.forEach(routing::register);
  }

  private static boolean isTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }

  int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
  }
}
