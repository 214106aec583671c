package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// A device as JSON: how it is shown, and how it is checked when it comes in.
final class DeviceForm {

  private static final int TEXT_MAX = 255;
  private static final int DESCRIPTION_MAX = 1000;

  private final Form form;
  private final Device device;

  /// Reads a device; its times and version are given, whatever the form says of them.
  DeviceForm(ObjectNode node, Predicate<String> types, Instant created, Instant now, long version) {
    form = new Form(node);
    form.ignore("created_at", "updated_at", "version");
    String id = form.text("id", DeviceId.LENGTH_MAX);
    Optional<DeviceId> valid = DeviceId.parse(id);
    if (valid.isEmpty() && !id.isEmpty()) {
      form.reject("id", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
    }
    String type = form.text("type", 64);
    if (!type.isEmpty() && !types.test(type)) {
      form.reject("type", "is not a registered device type");
    }
    device =
        new Device(
            valid.orElse(new DeviceId("invalid")),
            type,
            form.text("name", TEXT_MAX, id),
            form.textOrNull("model", TEXT_MAX),
            form.textOrNull("location", TEXT_MAX),
            form.textOrNull("description", DESCRIPTION_MAX),
            form.textOrNull("owner", DeviceId.LENGTH_MAX),
            form.flag("enabled", true),
            form.map("metadata"),
            created,
            now,
            version);
  }

  /// Only to be used when there are no errors.
  Device device() {
    return device;
  }

  List<FieldError> errors() {
    return form.errors();
  }

  static ObjectNode json(Device device) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", device.id().value());
    node.put("type", device.type());
    node.put("name", device.name());
    node.put("model", device.model());
    node.put("location", device.location());
    node.put("description", device.description());
    node.put("owner", device.owner());
    node.put("enabled", device.enabled());
    node.set("metadata", Json.MAPPER.valueToTree(device.metadata()));
    node.put("created_at", device.createdAt().toString());
    node.put("updated_at", device.updatedAt().toString());
    node.put("version", device.version());
    return node;
  }
}
