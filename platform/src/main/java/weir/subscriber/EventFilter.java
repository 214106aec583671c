package weir.subscriber;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A condition on the fields of an event, as a JSON object: each field, named by its dotted path,
/// must be the value given, or satisfy every operator given. Immutable.
///
///     {"event_type": "telemetry", "error_code": {"exists": true},
///      "measurements.temperature.value": {"gt": 30, "lte": 80}}
///
/// `eq` and `ne` compare values, `gt`, `gte`, `lt` and `lte` numbers, `in` looks in a list, and
/// `exists` asks whether there is anything but null. A field that is not there satisfies `ne` and
/// `exists: false` only. At most 20 conditions of 4 KB together.
public final class EventFilter {

  static final int CHARS_MAX = 4_096;

  private static final int CONDITIONS_MAX = 20;
  private static final JsonMapper JSON = new JsonMapper();

  private enum Operator {
    EQ,
    NE,
    GT,
    GTE,
    LT,
    LTE,
    IN,
    EXISTS
  }

  private record Condition(List<String> path, Operator operator, JsonNode operand) {}

  private final List<Condition> conditions;

  private EventFilter(List<Condition> conditions) {
    this.conditions = List.copyOf(conditions);
  }

  /// Reads a filter.
  ///
  /// @throws IllegalArgumentException when it is none, with a sentence that says why
  static EventFilter parse(String json) {
    try {
      return of(JSON.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("must be a JSON object", e);
    }
  }

  static EventFilter of(JsonNode node) {
    if (!node.isObject() || node.isEmpty() || node.toString().length() > CHARS_MAX) {
      throw new IllegalArgumentException(
          "must be an object with a condition, of at most " + CHARS_MAX + " characters");
    }
    List<Condition> conditions = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      List<String> path = List.of(field.getKey().split("\\.", -1));
      if (field.getValue() instanceof ObjectNode operators) {
        operators
            .properties()
            .forEach(one -> conditions.add(condition(path, one.getKey(), one.getValue())));
      } else {
        conditions.add(condition(path, "eq", field.getValue()));
      }
    }
    if (conditions.isEmpty() || conditions.size() > CONDITIONS_MAX) {
      throw new IllegalArgumentException("must hold 1 to " + CONDITIONS_MAX + " conditions");
    }
    return new EventFilter(conditions);
  }

  private static Condition condition(List<String> path, String name, JsonNode operand) {
    Operator operator;
    try {
      operator = Operator.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "an operator must be eq, ne, gt, gte, lt, lte, in or exists", e);
    }
    boolean fits =
        switch (operator) {
          case EQ, NE -> operand.isValueNode();
          case GT, GTE, LT, LTE -> operand.isNumber();
          case IN -> operand.isArray() && !operand.isEmpty();
          case EXISTS -> operand.isBoolean();
        };
    if (!fits) {
      throw new IllegalArgumentException("the value of " + name + " is of the wrong kind");
    }
    return new Condition(path, operator, operand);
  }

  /// Whether the event satisfies every condition.
  boolean matches(JsonNode event) {
    for (Condition condition : conditions) {
      if (!holds(condition, at(event, condition.path))) {
        return false;
      }
    }
    return true;
  }

  private static JsonNode at(JsonNode event, List<String> path) {
    JsonNode node = event;
    for (String name : path) {
      node = node.path(name);
    }
    return node;
  }

  private static boolean holds(Condition condition, JsonNode value) {
    boolean there = !value.isMissingNode() && !value.isNull();
    JsonNode operand = condition.operand;
    return switch (condition.operator) {
      case EQ -> there ? isSame(value, operand) : operand.isNull();
      case NE -> there ? !isSame(value, operand) : !operand.isNull();
      case GT -> value.isNumber() && value.doubleValue() > operand.doubleValue();
      case GTE -> value.isNumber() && value.doubleValue() >= operand.doubleValue();
      case LT -> value.isNumber() && value.doubleValue() < operand.doubleValue();
      case LTE -> value.isNumber() && value.doubleValue() <= operand.doubleValue();
      case IN -> there && operand.valueStream().anyMatch(each -> isSame(value, each));
      case EXISTS -> there == operand.booleanValue();
    };
  }

  private static boolean isSame(JsonNode value, JsonNode operand) {
    return (value.isNumber() && operand.isNumber())
        ? value.doubleValue() == operand.doubleValue()
        : value.equals(operand);
  }
}
