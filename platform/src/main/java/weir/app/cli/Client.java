package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import weir.app.CommandException;

/// Asks a running platform over its REST interface, for the commands.
public final class Client implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /// For what is as long as the data are large.
  private static final Duration LONG_TIMEOUT = Duration.ofHours(12);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final String token;

  public Client(String base, String token) {
    this.base = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    this.token = token;
  }

  public JsonNode get(String path) {
    return send(request(path).GET().build());
  }

  /// The answer as it came, which need not be JSON.
  public String getText(String path) {
    return granted(request(path).GET().build());
  }

  /// The answer, whatever its status.
  public JsonNode getAnyway(String path) {
    return parse(text(path));
  }

  /// The body as text, whatever the status.
  public String text(String path) {
    return exchange(request(path).GET().build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  /// Reads server-sent events of one kind until the reader has enough of them.
  public void follow(String path, String kind, Predicate<JsonNode> reader) {
    HttpResponse<Stream<String>> answer =
        exchange(request(path).GET().build(), HttpResponse.BodyHandlers.ofLines());
    try (Stream<String> lines = answer.body()) {
      if (answer.statusCode() >= 300) {
        throw refusal(answer.statusCode(), lines.collect(Collectors.joining("\n")));
      }
      String[] event = {""};
      boolean _ =
          lines.allMatch(
              line -> {
                if (line.startsWith("event: ")) {
                  event[0] = line.substring("event: ".length());
                }
                return !line.startsWith("data: ")
                    || !event[0].equals(kind)
                    || reader.test(parse(line.substring("data: ".length())));
              });
    }
  }

  public JsonNode post(String path) {
    return send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  /// Waits for hours if need be.
  public JsonNode postPatiently(String path) {
    return send(
        request(path).timeout(LONG_TIMEOUT).POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  /// Waits for hours if need be.
  public JsonNode postPatiently(String path, ObjectNode body) {
    return send(
        request(path)
            .timeout(LONG_TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  public JsonNode post(String path, ObjectNode body) {
    return send("POST", path, body);
  }

  /// Sends a JSON object by any method.
  public JsonNode send(String method, String path, ObjectNode body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(TIMEOUT)
        .header("Authorization", "Bearer " + token);
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (HttpConnectTimeoutException e) {
      throw nobody();
    } catch (HttpTimeoutException e) {
      throw new CommandException("the platform at " + base + " took too long to answer");
    } catch (IOException e) {
      throw nobody();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted");
    }
  }

  private CommandException nobody() {
    return new CommandException(
        "no platform answers at " + base + "; start it with ./weir run, or name it with --url");
  }

  private JsonNode send(HttpRequest request) {
    return parse(granted(request));
  }

  private String granted(HttpRequest request) {
    HttpResponse<String> response = exchange(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() >= 300) {
      throw refusal(response.statusCode(), response.body());
    }
    return response.body();
  }

  private CommandException refusal(int status, String body) {
    return new CommandException(
        status == 401
            ? "the platform at %s asks for its admin token; set WEIR_ADMIN_TOKEN or --token"
                .formatted(base)
            : problem(parse(body), status));
  }

  private JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new CommandException(base + " is no Weir platform");
    }
  }

  private static String problem(JsonNode answer, int status) {
    StringBuilder text = new StringBuilder(answer.path("title").asText("status " + status));
    if (answer.hasNonNull("detail")) {
      text.append(": ").append(answer.get("detail").asText());
    }
    answer
        .path("errors")
        .forEach(
            error ->
                text.append("\n  ")
                    .append(error.path("field").asText())
                    .append(' ')
                    .append(error.path("detail").asText()));
    return text.toString();
  }

  /// `?name=value&…` for those that have a value.
  public static String query(Map<String, String> parameters) {
    String query =
        parameters.entrySet().stream()
            .filter(parameter -> !parameter.getValue().isEmpty())
            .map(
                parameter ->
                    parameter.getKey()
                        + "="
                        + URLEncoder.encode(parameter.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return query.isEmpty() ? "" : "?" + query;
  }

  @Override
  public void close() {
    http.close();
  }
}
