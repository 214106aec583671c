package weir.fleet.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Something that a device is told to do.
///
/// @param id given by whoever asks, to be named in the answer; empty when there is none
/// @param name such as `set_power`, or `strike` for a component of a controller
/// @param topic where it came
/// @param number of the component, 0 when the order is for the whole device
/// @param parameters what it says
public record Order(String id, String name, String topic, int number, JsonNode parameters) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern COMPONENT = Pattern.compile("cmnd/.+/(strike|siren)-(\\d{1,2})");

  /// Reads an order; empty when the message is none.
  public static Optional<Order> parse(String topic, byte[] payload) {
    JsonNode body;
    try {
      body = JSON.readTree(payload);
    } catch (IOException notJson) {
      return Optional.empty();
    }
    if (body == null || !body.isObject()) {
      return Optional.empty();
    }
    String id = body.path("command_id").asText("");
    Matcher component = COMPONENT.matcher(topic);
    if (component.matches()) {
      boolean asked = body.has("power-flag");
      int number = Integer.parseInt(component.group(2));
      return asked
          ? Optional.of(new Order(id, component.group(1), topic, number, body))
          : Optional.empty();
    }
    return body.path("command").isTextual()
        ? Optional.of(new Order(id, body.path("command").asText(), topic, 0, parameters(body)))
        : Optional.empty();
  }

  private static JsonNode parameters(JsonNode body) {
    JsonNode parameters = body.path("parameters");
    return parameters.isObject() ? parameters : JSON.createObjectNode();
  }

  /// Where the answer goes: `…/commands/answers`, or `stat/…` for a component.
  public String answerTopic() {
    return number == 0 ? topic + "/answers" : "stat" + topic.substring("cmnd".length());
  }

  /// The answer that belongs to it.
  public byte[] answer(Reply reply) {
    return Payload.object(
        json -> {
          json.writeStringField("command_id", id);
          json.writeStringField("status", reply.obeyed() ? "acknowledged" : "failed");
          json.writeStringField("detail", reply.detail());
        });
  }
}
