package weir.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceType.Field;
import weir.device.DeviceType.Manufacturer;
import weir.device.DeviceType.Measurement;

/// A device type as JSON: how it is shown, and how it is checked when it comes in.
final class DeviceTypeForm {

  private static final int LABEL_MAX = 64;
  private static final int TEXT_MAX = 255;
  private static final int DESCRIPTION_MAX = 1000;

  private final Form form;
  private final DeviceType type;

  /// Reads a type; its times and version are given, whatever the form says of them.
  DeviceTypeForm(ObjectNode node, Instant created, Instant now, long version) {
    form = new Form(node);
    form.ignore("created_at", "updated_at", "version");
    String name = form.text("name", LABEL_MAX);
    boolean valid = DeviceType.isValidName(name);
    if (!valid && !name.isEmpty()) {
      form.reject("name", "must be 1 to 64 characters of [A-Za-z0-9_-]");
    }
    type =
        new DeviceType(
            valid ? name : "invalid",
            form.text("display_name", TEXT_MAX, name),
            form.text("description", DESCRIPTION_MAX, ""),
            form.text("category", LABEL_MAX, "unknown"),
            form.texts("capabilities", LABEL_MAX),
            form.text("data_format", 32, "json"),
            form.text("update_frequency", 32, "unknown"),
            retention(),
            readMeasurements(),
            form.texts("models", TEXT_MAX),
            readManufacturers(),
            form.map("metadata"),
            created,
            now,
            version);
  }

  private Retention retention() {
    String text = form.text("retention_policy", 32, Retention.UNLIMITED.toString());
    Optional<Retention> retention = Retention.parse(text);
    if (retention.isEmpty()) {
      form.reject("retention_policy", "must be like 30_days, 1_year or unlimited");
    }
    return retention.orElse(Retention.UNLIMITED);
  }

  private Map<String, Measurement> readMeasurements() {
    JsonNode node = form.value("measurements");
    if (node == null) {
      return Map.of();
    }
    try {
      return measurements(node);
    } catch (IllegalArgumentException e) {
      form.reject("measurements", String.valueOf(e.getMessage()));
      return Map.of();
    }
  }

  private List<Manufacturer> readManufacturers() {
    JsonNode node = form.value("manufacturers");
    if (node == null) {
      return List.of();
    }
    try {
      return manufacturers(node);
    } catch (IllegalArgumentException e) {
      form.reject("manufacturers", String.valueOf(e.getMessage()));
      return List.of();
    }
  }

  /// Only to be used when there are no errors.
  DeviceType type() {
    return type;
  }

  List<FieldError> errors() {
    return form.errors();
  }

  /// Reads measurements by name.
  ///
  /// @throws IllegalArgumentException that says what is wrong where
  static Map<String, Measurement> measurements(JsonNode node) {
    Map<String, Measurement> measurements = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object(node, "").properties()) {
      String name = entry.getKey();
      ObjectNode measurement = object(entry.getValue(), name);
      allow(measurement, name, List.of("unit", "fields"));
      String unit = measurement.path("unit").asText("");
      Map<String, Field> fields = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field :
          object(measurement.path("fields"), name + ".fields").properties()) {
        String place = name + ".fields." + field.getKey();
        fields.put(field.getKey(), field(object(field.getValue(), place), place, unit));
      }
      measurements.put(name, new Measurement(unit, fields));
    }
    return measurements;
  }

  private static Field field(ObjectNode node, String place, String unit) {
    allow(node, place, List.of("kind", "unit", "min", "max"));
    String kind = node.path("kind").asText("number").toUpperCase(Locale.ROOT);
    Double min = bound(node, "min", place);
    Double max = bound(node, "max", place);
    if (min != null && max != null && min > max) {
      throw new IllegalArgumentException(place + ": min is above max");
    }
    for (Field.Kind known : Field.Kind.values()) {
      if (known.name().equals(kind)) {
        return new Field(known, node.path("unit").asText(unit), min, max);
      }
    }
    throw new IllegalArgumentException(place + ".kind must be number, boolean or text");
  }

  private static @Nullable Double bound(ObjectNode node, String name, String place) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isNumber()) {
      throw new IllegalArgumentException(place + "." + name + " must be a number");
    }
    return value.doubleValue();
  }

  private static ObjectNode object(JsonNode node, String place) {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new IllegalArgumentException((place + " must be an object").strip());
  }

  private static void allow(ObjectNode node, String place, List<String> fields) {
    node.fieldNames()
        .forEachRemaining(
            field -> {
              if (!fields.contains(field)) {
                throw new IllegalArgumentException(place + "." + field + " is not a known field");
              }
            });
  }

  static List<Manufacturer> manufacturers(JsonNode node) {
    if (!node.isArray()) {
      throw new IllegalArgumentException("must be a list");
    }
    List<Manufacturer> manufacturers = new ArrayList<>();
    for (JsonNode item : node) {
      String place = "[" + manufacturers.size() + "]";
      ObjectNode manufacturer = object(item, place);
      allow(manufacturer, place, List.of("name", "models", "specifications"));
      if (manufacturer.path("name").asText("").isBlank()) {
        throw new IllegalArgumentException(place + ".name is missing");
      }
      List<String> models = new ArrayList<>();
      manufacturer.path("models").forEach(model -> models.add(model.asText()));
      Map<String, String> specifications = new LinkedHashMap<>();
      manufacturer
          .path("specifications")
          .properties()
          .forEach(each -> specifications.put(each.getKey(), each.getValue().asText()));
      manufacturers.add(
          new Manufacturer(manufacturer.path("name").asText(), models, specifications));
    }
    return manufacturers;
  }

  static ObjectNode json(DeviceType type) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("name", type.name());
    node.put("display_name", type.displayName());
    node.put("description", type.description());
    node.put("category", type.category());
    node.set("capabilities", Json.MAPPER.valueToTree(type.capabilities()));
    node.put("data_format", type.dataFormat());
    node.put("update_frequency", type.updateFrequency());
    node.put("retention_policy", type.retentionPolicy().toString());
    node.set("measurements", measurements(type));
    node.set("models", Json.MAPPER.valueToTree(type.models()));
    node.set("manufacturers", manufacturers(type));
    node.set("metadata", Json.MAPPER.valueToTree(type.metadata()));
    node.put("created_at", type.createdAt().toString());
    node.put("updated_at", type.updatedAt().toString());
    node.put("version", type.version());
    return node;
  }

  static ObjectNode measurements(DeviceType type) {
    ObjectNode all = Json.MAPPER.createObjectNode();
    type.measurements()
        .forEach(
            (name, measurement) -> {
              ObjectNode node = all.putObject(name);
              node.put("unit", measurement.unit());
              ObjectNode fields = node.putObject("fields");
              measurement.fields().forEach((key, field) -> fields.set(key, json(field)));
            });
    return all;
  }

  private static ObjectNode json(Field field) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("kind", field.kind().name().toLowerCase(Locale.ROOT));
    node.put("unit", field.unit());
    if (field.min() != null) {
      node.put("min", field.min());
    }
    if (field.max() != null) {
      node.put("max", field.max());
    }
    return node;
  }

  static ArrayNode manufacturers(DeviceType type) {
    ArrayNode all = Json.MAPPER.createArrayNode();
    for (Manufacturer manufacturer : type.manufacturers()) {
      ObjectNode node = all.addObject();
      node.put("name", manufacturer.name());
      node.set("models", Json.MAPPER.valueToTree(manufacturer.models()));
      node.set("specifications", Json.MAPPER.valueToTree(manufacturer.specifications()));
    }
    return all;
  }
}
