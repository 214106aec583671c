package weir.device.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.Form;

/// A command that devices of some type know.
public record CommandType(String name, List<Parameter> parameters) {

  public CommandType {
    parameters = List.copyOf(parameters);
  }

  /// What kind of value a parameter is.
  enum Kind {
    NUMBER,
    INTEGER,
    BOOLEAN,
    TEXT
  }

  /// One value that a command takes.
  public record Parameter(
      String name, Kind kind, boolean required, @Nullable Double min, @Nullable Double max) {

    static Parameter flag(String name) {
      return new Parameter(name, Kind.BOOLEAN, true, null, null);
    }

    static Parameter number(String name, double min, double max) {
      return new Parameter(name, Kind.NUMBER, true, min, max);
    }

    static Parameter integer(String name, boolean required, double min, double max) {
      return new Parameter(name, Kind.INTEGER, required, min, max);
    }

    static Parameter text(String name) {
      return new Parameter(name, Kind.TEXT, false, null, null);
    }

    private Optional<String> complaint(@Nullable JsonNode value) {
      if (value == null) {
        return required ? Optional.of("is missing") : Optional.empty();
      }
      boolean right =
          switch (kind) {
            case NUMBER -> value.isNumber();
            case INTEGER -> value.isIntegralNumber();
            case BOOLEAN -> value.isBoolean();
            case TEXT -> value.isTextual() && value.textValue().matches("[A-Za-z0-9_-]{1,64}");
          };
      if (!right) {
        return Optional.of("must be a " + kind.name().toLowerCase(Locale.ROOT));
      }
      boolean below = min != null && value.doubleValue() < min;
      boolean above = max != null && value.doubleValue() > max;
      return below || above ? Optional.of("must be " + min + " to " + max) : Optional.empty();
    }

    private ObjectNode json() {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("name", name);
      node.put("kind", kind.name().toLowerCase(Locale.ROOT));
      node.put("required", required);
      if (min != null) {
        node.put("min", min);
      }
      if (max != null) {
        node.put("max", max);
      }
      return node;
    }
  }

  /// Rejects what is wrong with these parameters, and those that it does not know.
  void check(ObjectNode given, Form form) {
    for (Parameter parameter : parameters) {
      JsonNode value = given.get(parameter.name());
      parameter
          .complaint(value == null || value.isNull() ? null : value)
          .ifPresent(complaint -> form.reject("parameters." + parameter.name(), complaint));
    }
    given
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (parameters.stream().noneMatch(parameter -> parameter.name().equals(name))) {
                form.reject("parameters." + name, "is not a known parameter");
              }
            });
  }

  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("command", name);
    ArrayNode all = node.putArray("parameters");
    parameters.forEach(parameter -> all.add(parameter.json()));
    return node;
  }
}
