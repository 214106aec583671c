package weir.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.examples.Web;

/// Registers at the platform once, and subscribes again and again, so that no subscription ends.
final class Registration {

  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int EXPIRY_HOURS = 24;

  private final ServiceSettings settings;
  private final Memory memory;
  private final HttpClient http;

  Registration(ServiceSettings settings, Memory memory, HttpClient http) {
    this.settings = settings;
    this.memory = memory;
    this.http = http;
  }

  /// Who we are; registers when nobody has done so.
  Memory.Identity identity(String callback) throws IOException, InterruptedException {
    if (memory.identity().isPresent()) {
      return memory.identity().get();
    }
    ObjectNode form = Web.JSON.createObjectNode();
    form.put("service_name", settings.name()).put("callback_url", callback);
    HttpResponse<byte[]> response = post("/register", "", form);
    if (response.statusCode() == 409) {
      // Someone else has the name, or we lost our memory.
      form.put("service_name", settings.name() + " " + UUID.randomUUID());
      response = post("/register", "", form);
    }
    JsonNode answer = checked(response, 201);
    Memory.Identity identity =
        new Memory.Identity(
            answer.path("service_id").asText(),
            answer.path("service_key").asText(),
            answer.path("webhook_secret").asText());
    memory.keep(identity);
    return identity;
  }

  /// Says where events are to go now, and asks for them. When the platform does not know us any
  /// more, that is forgotten here too, and the next try registers anew.
  void subscribe(Memory.Identity identity, String callback)
      throws IOException, InterruptedException {
    ObjectNode key = Web.JSON.createObjectNode();
    key.put("service_id", identity.id()).put("service_key", identity.key());
    HttpResponse<byte[]> answer = post("/token", "", key);
    if (answer.statusCode() == 401) {
      memory.forget();
    }
    String token = checked(answer, 200).path("access_token").asText();
    ObjectNode url = Web.JSON.createObjectNode().put("callback_url", callback);
    JsonNode _ = checked(send("PATCH", "/api/applications/" + identity.id(), token, url), 200);
    for (String device : settings.devices()) {
      subscribe(token, request(identity).put("device_id", device));
    }
    for (String type : settings.deviceTypes()) {
      subscribe(token, request(identity).put("device_type", type));
    }
  }

  private static ObjectNode request(Memory.Identity identity) {
    return Web.JSON
        .createObjectNode()
        .put("service_id", identity.id())
        .put("expiry_hours", EXPIRY_HOURS);
  }

  private void subscribe(String token, ObjectNode form) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = post("/subscribe", token, form);
    if (response.statusCode() == 404) {
      LOG.info("not known yet, asked again later selector={}", form);
    } else {
      JsonNode _ = checked(response, 202);
    }
  }

  private HttpResponse<byte[]> post(String path, String token, ObjectNode body)
      throws IOException, InterruptedException {
    return send("POST", path, token, body);
  }

  private HttpResponse<byte[]> send(String method, String path, String token, ObjectNode body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(settings.platform() + path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.toString()));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static JsonNode checked(HttpResponse<byte[]> response, int wanted) throws IOException {
    if (response.statusCode() != wanted) {
      throw new IOException(response.uri().getPath() + " answered " + response.statusCode());
    }
    return Web.JSON.readTree(response.body());
  }
}
