package weir.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.function.Consumer;

/// What both samples need of a web server on the loopback interface.
public final class Web {

  public static final JsonMapper JSON = new JsonMapper();

  private static final int BODY_BYTES_MAX = 512 * 1024;

  private Web() {}

  /// @throws IllegalStateException when the port is taken
  public static WebServer start(int port, Consumer<HttpRouting.Builder> routes) {
    WebServer server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(port)
            .shutdownHook(false)
            .routing(routes)
            .build()
            .start();
    if (!server.isRunning()) {
      throw new IllegalStateException("port " + port + " is taken");
    }
    return server;
  }

  /// The bytes of a body, of at most 512 KB; nothing when there are more.
  public static Optional<byte[]> body(ServerRequest request) {
    if (!request.content().hasEntity()) {
      return Optional.of(new byte[0]);
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] body = in.readNBytes(BODY_BYTES_MAX + 1);
      return body.length > BODY_BYTES_MAX ? Optional.empty() : Optional.of(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The JSON object in a body, when it is one.
  public static Optional<ObjectNode> object(byte[] body) {
    try {
      return JSON.readTree(body) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (IOException notJson) {
      return Optional.empty();
    }
  }

  public static void send(ServerResponse response, int status, JsonNode body) {
    response.status(Status.create(status));
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    try {
      response.send(JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an answer cannot be written as JSON", e);
    }
  }

  /// What the server itself refuses, such as a path that is not there, keeps its status; what went
  /// wrong here is 503, so that it is sent again.
  public static void fail(ServerRequest request, ServerResponse response, RuntimeException e) {
    if (e instanceof HttpException refused) {
      send(response, refused.status().code(), status(refused.status().reasonPhrase()));
    } else {
      send(response, 503, status("try again later"));
    }
  }

  /// `{"status": …}`.
  public static ObjectNode status(String text) {
    return JSON.createObjectNode().put("status", text);
  }
}
