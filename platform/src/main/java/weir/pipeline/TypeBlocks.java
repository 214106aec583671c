package weir.pipeline;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import weir.device.DeviceType;
import weir.device.DeviceType.Field;
import weir.device.DeviceType.Measurement;
import weir.pipeline.Applications.Application;

/// Writes the blocks that are the same for every event of a device type.
final class TypeBlocks {

  private TypeBlocks() {}

  static void writeMetadata(JsonGenerator json, String name, Optional<DeviceType> known)
      throws IOException {
    json.writeObjectFieldStart("device_metadata");
    json.writeStringField("device_type", name);
    if (known.isEmpty()) {
      writeUnknown(json);
    } else {
      writeKnown(json, known.get());
    }
    json.writeEndObject();
  }

  private static void writeUnknown(JsonGenerator json) throws IOException {
    json.writeStringField("device_type_name", "Unknown Device Type");
    json.writeStringField("device_type_description", "Device type not found in registry");
    json.writeStringField("device_category", "unknown");
    json.writeArrayFieldStart("capabilities");
    json.writeEndArray();
    json.writeStringField("data_format", "json");
    json.writeStringField("update_frequency", "unknown");
    json.writeStringField("retention_policy", "unknown");
  }

  private static void writeKnown(JsonGenerator json, DeviceType type) throws IOException {
    json.writeStringField("device_type_name", type.displayName());
    json.writeStringField("device_type_description", type.description());
    json.writeStringField("device_category", type.category());
    json.writeArrayFieldStart("capabilities");
    for (String capability : type.capabilities()) {
      json.writeString(capability);
    }
    json.writeEndArray();
    json.writeStringField("data_format", type.dataFormat());
    json.writeStringField("update_frequency", type.updateFrequency());
    json.writeStringField("retention_policy", type.retentionPolicy().toString());
  }

  /// The measurements of a type that has any, each with its unit and the ranges of its fields.
  static void writeMeasurements(JsonGenerator json, Optional<DeviceType> known) throws IOException {
    if (known.isEmpty() || known.get().measurements().isEmpty()) {
      return;
    }
    json.writeObjectFieldStart("measurement_metadata");
    for (Map.Entry<String, Measurement> entry : known.get().measurements().entrySet()) {
      json.writeObjectFieldStart(entry.getKey());
      json.writeStringField("unit", entry.getValue().unit());
      json.writeObjectFieldStart("fields");
      for (Map.Entry<String, Field> field : entry.getValue().fields().entrySet()) {
        writeField(json, field.getKey(), field.getValue(), entry.getValue().unit());
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static void writeField(JsonGenerator json, String name, Field field, String groupUnit)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeStringField("type", field.kind().name().toLowerCase(Locale.ROOT));
    if (!field.unit().equals(groupUnit)) {
      json.writeStringField("unit", field.unit());
    }
    if (field.min() != null) {
      json.writeNumberField("min", field.min());
    }
    if (field.max() != null) {
      json.writeNumberField("max", field.max());
    }
    json.writeEndObject();
  }

  static void writeApplications(JsonGenerator json, String type, List<Application> applications)
      throws IOException {
    json.writeObjectFieldStart("application_registry");
    json.writeStringField("device_type", type);
    json.writeNumberField("registered_applications_count", applications.size());
    json.writeArrayFieldStart("applications");
    for (Application application : applications) {
      json.writeStartObject();
      json.writeStringField("id", application.id());
      json.writeStringField("name", application.name());
      json.writeStringField("developer", application.developer());
      json.writeStringField("platform", application.platform());
      json.writeStringField("category", application.category());
      json.writeStringField("status", application.status());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
